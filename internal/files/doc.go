// Package files keeps attachments: photos, papers, recordings (PLT-12).
//
// It owns: receiving (size, type by content, structure, malware), storing by
// checksum, the list of what hangs on which case or unit, pictures without
// their place and time of taking, handing out. It does not own: who may see a
// file (the owning room's Guard decides) nor what it shows.
//
// Files lie under the files folder as ab/abcd… (SHA-256), written to .incoming
// first, flushed, then renamed: backup may walk the folder at any time and
// skips names that begin with a dot. A room receives before its transaction
// and attaches inside it:
//
//	got, err := files.Receive(ctx, name, body)         // on disk, checked
//	err = db.Write(ctx, func(ctx, tx) error {          // with the event
//		_, err := files.Attach(ctx, tx, actor, files.To{Project: p, Owner: "casefile.case", ID: id}, got)
//		return err
//	})
//
// Wiring: app makes the service with New, each room that owns files calls
// SetGuard before serving, app lists Service.Module(). Start at Receive.
package files
