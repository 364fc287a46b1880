// Package audit remembers who changed what and who looked at secret data, so
// that nobody can alter it unnoticed (PLT-05, LAW-03).
//
// It owns: the append-only trail, its sealing in batches that chain, signed
// heads and their export, the search for tampering, the page of the trail. It
// does not own: what is worth recording (each room calls Record in the
// transaction of the change) nor the signing key (vault). Entries hold
// references and digests of personal values, never the values.
//
// Wiring: app makes the service with New (key: vault.Keys.SigningKey), gives it
// to auth as Trail and to every room, runs Service.Jobs, lists
// Service.Module(), and calls Restored after a backup was brought back. The
// file of heads lies beside the key file, outside data folder and backup;
// copying it to another machine makes even its keeper unable to rewrite.
// Start at Entry and Record, then Seal and Verify.
package audit
