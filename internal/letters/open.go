package letters

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Start puts the opening of a file's cases to work. Errors: Forbidden,
// NotFound, Conflict.
func (s *Service) Start(ctx context.Context, actor auth.Actor, project, id int64) error {
	if err := need(actor, project); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE letters_file SET state = ? WHERE project_id = ? AND id = ? AND state = ?", StateOpening, project, id, StateRead)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "letters.file.started", "这份来信已经立案或正在立案，没有重复。", "These letters are cases already or are becoming so; nothing was doubled.")
		}
		if err := s.Done(ctx, tx, actor, project, "letters.file", "start", id, nil); err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, jobs.Enqueue{Kind: jobOpen, Args: openArgs{project, id}, Unique: fmt.Sprint(id)})
	})
}

type openArgs struct {
	Project int64 `json:"project"`
	File    int64 `json:"file"`
}

func (s *Service) workOpen(ctx context.Context, job jobs.Job) error {
	var args openArgs
	if err := json.Unmarshal(job.Args, &args); err != nil {
		return jobs.Cancel(fmt.Errorf("reading the arguments: %w", err))
	}
	err := s.OpenAll(ctx, args.Project, args.File)
	if err != nil && job.Attempt >= attempts {
		// Given up: what was opened stays, and a person may start the rest again.
		return errors.Join(err, s.setState(ctx, File{Project: args.Project, ID: args.File}, StateRead))
	}
	return err
}

// OpenAll opens a case for each letter that has none. The key of each is the
// letter's own, so that a try that was cut off goes on without doubles.
func (s *Service) OpenAll(ctx context.Context, project, file int64) error {
	f, list, err := s.Read(ctx, auth.System, project, file)
	if err != nil || f.State != StateOpening {
		return err
	}
	for _, l := range list {
		if l.Case != 0 {
			continue
		}
		c, known, err := s.known(ctx, f, l)
		if err == nil && !known {
			c, err = s.open(ctx, f, l)
		}
		if err != nil {
			return fmt.Errorf("opening the case of letter %d: %w", l.Place, err)
		}
		if err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE letters_letter SET case_id = ?, number = ?, borrowed = ?, words = '' WHERE project_id = ? AND id = ?", c.ID, c.Number, store.Bool(known), project, l.ID)
			return err
		}); err != nil {
			return err
		}
	}
	return s.setState(ctx, f, StateOpened)
}

// known finds the case of a letter that came in an earlier file already: the
// same message, written at the same time about the same. Taking a file in
// twice therefore makes nothing double; one whose case was withdrawn counts anew.
func (s *Service) known(ctx context.Context, f File, l Letter) (c casefile.Case, ok bool, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := store.All(ctx, tx, func(scan store.Scan) (c casefile.Case, err error) {
			return c, scan(&c.ID, &c.Number)
		}, `SELECT case_id, number FROM letters_letter WHERE project_id = ? AND message = ? AND file_id <> ? AND written_at = ? AND subject = ? AND person = ? AND case_id <> 0 AND withdrawn = 0 LIMIT 1`,
			f.Project, l.Message, f.ID, store.Micros(l.At), l.Subject, l.Person)
		if len(list) > 0 {
			c, ok = list[0], true
		}
		return err
	})
	return c, ok, err
}

// open opens one case. What its kind leads to decides the procedure; nothing
// suggested is an enquiry, which the desk sorts out. A profile that lacks the
// finer kind gets the case without it. The case has the day of its letter, its
// clocks run from when the file was taken in: nobody was late before that.
func (s *Service) open(ctx context.Context, f File, l Letter) (casefile.Case, error) {
	in := casefile.Opening{Project: f.Project, Procedure: "enquiry", Channel: "letter", Caller: text.Cut(l.Person, 60), Place: l.Spot, Subject: text.Cut(l.Subject, 60),
		Words: l.Words, Key: fmt.Sprintf("letter:%d", l.ID), At: l.At, Received: f.Created, Owner: f.Account, By: engine.Actor{ID: f.Account, Name: f.Actor}}
	if in.Words == "" {
		in.Words = l.Subject
	}
	unit, err := s.unitOf(ctx, f.Project, l.Subject+"\n"+l.Words)
	if err != nil {
		return casefile.Case{}, err
	}
	in.Unit = unit
	if k, ok := s.rules.Kind(l.Kind); ok {
		in.Procedure = k.Procedure
		in.Fields = map[string]any{}
		if k.As != "" {
			in.Fields["kind"] = k.As
		}
	}
	written := in.Procedure == complaint
	if written { // a letter is a complaint in writing: its answer has its limit at once
		in.Fields["written"] = true
	}
	c, err := s.cases.Open(ctx, auth.System, in)
	if errs.KindOf(err) == errs.Invalid && in.Fields["kind"] != nil {
		delete(in.Fields, "kind")
		c, err = s.cases.Open(ctx, auth.System, in)
	}
	if err == nil && written {
		err = s.bringOriginal(ctx, f, l, c)
	}
	return c, err
}

// complaint is the procedure of complaints, originalPaper the paper one in
// writing begins with (CMP-06).
const complaint, originalPaper = "complaint", "letter"

// bringOriginal notes that the letter itself is there: its words are the
// case's. A profile that asks for no such paper goes without.
func (s *Service) bringOriginal(ctx context.Context, f File, l Letter, c casefile.Case) error {
	do := casefile.Bringing(c.ID, originalPaper, "")
	do.Key = fmt.Sprintf("letter-paper:%d", l.ID)
	do.Command.Data["text"] = text.Tf(ctx, "随来信文件“%s”收到，全文在原话里", "it came with the file of letters “%s”; its words are the case's", f.Name)
	_, err := s.cases.Do(ctx, auth.System, do)
	if errs.KindOf(err) == errs.Invalid {
		return nil
	}
	return err
}
