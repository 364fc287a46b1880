package letters

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/errs"
	"guanjia/internal/jobs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// batch is how many cases one transaction withdraws: a ringing phone does not
// wait for a file of thousands.
const batch = 20

// withdrawable reports whether withdrawing would have anything to look at.
func withdrawable(f File, list []Letter) bool {
	return (f.State == StateOpened || f.State == StateRead) && slices.ContainsFunc(list, Letter.own)
}

// own reports whether this letter's file opened its case.
func (l Letter) own() bool { return l.Case != 0 && !l.Borrowed }

// withdrawArgs is what the job needs: who withdraws, in whose roles, and why.
type withdrawArgs struct {
	Project int64    `json:"project"`
	File    int64    `json:"file"`
	Account int64    `json:"account"`
	Name    string   `json:"name"`
	Roles   []string `json:"roles"`
	Reason  string   `json:"reason"`
}

// Withdraw cancels the cases of a file that came to nothing, those nobody has
// touched; the others stay. The first is cancelled at once, with the person's
// own rights, the rest by a job in batches. It needs the right to import and
// the right to cancel. Errors: Forbidden; Invalid without a reason; NotFound;
// Conflict when the file has no cases of its own or is at work.
func (s *Service) Withdraw(ctx context.Context, actor auth.Actor, project, id int64, reason string) error {
	if err := need(actor, project); err != nil {
		return err
	}
	if !actor.May(casefile.PermCancel, project) {
		return errs.New(errs.Forbidden, "letters.withdraw.forbidden", "撤销整份来信要有取消事项的权限，没有改动。请找主管。", "Withdrawing a file needs the right to cancel cases; nothing was changed. Ask a supervisor.")
	}
	if reason = text.Cut(text.Clean(reason), 200); reason == "" {
		var bad errs.Fields
		bad.Add("reason", "missing", "请写明为什么撤销，每件事项都会记上。", "Say why: it is noted in every case.")
		return bad.Err("letters.withdraw")
	}
	f, list, err := s.Read(ctx, actor, project, id)
	if err != nil {
		return err
	}
	none := errs.New(errs.Conflict, "letters.withdraw.none", "这份来信没有可以撤销的事项，或正在立案、撤销，没有改动。", "This file has no case to withdraw, or is at work; nothing was changed.")
	if !withdrawable(f, list) {
		return none
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE letters_file SET state = ?, reason = ? WHERE project_id = ? AND id = ? AND state = ?", StateWithdrawing, reason, project, id, f.State)
		if err != nil {
			return err
		}
		if n == 0 {
			return none
		}
		if err := s.Done(ctx, tx, actor, project, "letters.file", "withdraw", id, nil); err != nil {
			return err
		}
		for _, l := range list {
			if !l.own() {
				continue
			}
			if done, err := s.withdraw(ctx, tx, actor, project, l, engine.Actor{}, reason); err != nil {
				return err
			} else if done {
				break
			}
		}
		return s.jobs.Enqueue(ctx, tx, jobs.Enqueue{Kind: jobWithdraw, Unique: fmt.Sprint(id),
			Args: withdrawArgs{project, id, actor.Account, actor.Name, actor.Roles(project), reason}})
	})
}

// withdraw takes back the case of one letter; whatever letter it also belongs
// to knows.
func (s *Service) withdraw(ctx context.Context, tx *store.Tx, actor auth.Actor, project int64, l Letter, by engine.Actor, reason string) (bool, error) {
	done, err := s.cases.WithdrawIn(ctx, tx, actor, l.Case, by, reason)
	if err != nil || !done {
		return false, err
	}
	_, err = tx.Exec(ctx, "UPDATE letters_letter SET withdrawn = 1 WHERE project_id = ? AND case_id = ?", project, l.Case)
	return err == nil, err
}

func (s *Service) workWithdraw(ctx context.Context, job jobs.Job) error {
	var args withdrawArgs
	if err := json.Unmarshal(job.Args, &args); err != nil {
		return jobs.Cancel(fmt.Errorf("reading the arguments: %w", err))
	}
	err := s.withdrawAll(ctx, args)
	if err != nil && job.Attempt >= attempts {
		// Given up: what was withdrawn stays so, and a person may start the rest again.
		return errors.Join(err, s.setState(ctx, File{Project: args.Project, ID: args.File}, StateOpened))
	}
	return err
}

// withdrawAll goes through the cases of a file. A try that was cut off goes on:
// a case and its letter change in one transaction.
func (s *Service) withdrawAll(ctx context.Context, args withdrawArgs) error {
	f, list, err := s.Read(ctx, auth.System, args.Project, args.File)
	if err != nil || f.State != StateWithdrawing {
		return err
	}
	list = slices.DeleteFunc(list, func(l Letter) bool { return !l.own() || l.Withdrawn })
	by := engine.Actor{ID: args.Account, Name: args.Name, Roles: args.Roles}
	for part := range slices.Chunk(list, batch) {
		if err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			for _, l := range part {
				if _, err := s.withdraw(ctx, tx, auth.System, args.Project, l, by, args.Reason); err != nil {
					return fmt.Errorf("withdrawing the case of letter %d: %w", l.Place, err)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return s.setState(ctx, f, StateWithdrawn)
}
