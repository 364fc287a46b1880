package audit

import (
	"context"
	"crypto/ed25519"

	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Finding is one sign of tampering or damage.
type Finding struct {
	Batch int64 // 0: no batch
	What  text.Both
}

// Report is the outcome of Verify.
type Report struct {
	Batches  int64
	Entries  int64 // sealed
	Unsealed int64 // of the last seconds: not protected yet
	Head     Head
	Findings []Finding
}

// verifyBatches is how many batches are looked at in one piece.
const verifyBatches = 200

// Verify reads the whole trail and reports everything that does not fit:
// edited, missing, added or swapped entries, broken or re-made chains, and —
// against heads exported earlier — a tail that was cut off or written anew.
// It does not stop at the first finding.
func (s *Service) Verify(ctx context.Context, exported []Head) (Report, error) {
	var rep Report
	public := s.key.Public().(ed25519.PublicKey)
	add := func(batch int64, zh, en string, args ...any) {
		rep.Findings = append(rep.Findings, Finding{Batch: batch, What: text.F(zh, en, args...)})
	}
	known := map[int64]Head{}
	for _, h := range exported {
		if !h.Valid(public) {
			add(h.Number, "交来的第 %d 批链头签名不对", "the exported head %d is not signed by this installation", h.Number)
			continue
		}
		known[h.Number] = h
	}
	var last Head
	for {
		// In pieces, so that no snapshot stays open for minutes.
		var heads []Head
		err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			heads, err = store.All(ctx, tx, scanHead, "SELECT "+headColumns+" FROM audit_batch WHERE number > ? ORDER BY number LIMIT ?", last.Number, verifyBatches)
			return err
		})
		if err != nil {
			return rep, err
		}
		inside, err := s.contents(ctx, heads)
		if err != nil {
			return rep, err
		}
		for _, h := range heads {
			verifyBatch(last, h, inside[h.Number], public, add)
			if k, ok := known[h.Number]; ok {
				if k.Hash != h.Hash {
					add(h.Number, "第 %d 批与当时交出的链头不同，整段被重写过", "batch %d differs from the head exported then: it was written anew", h.Number)
				}
				delete(known, h.Number)
			}
			rep.Batches++
			rep.Entries += h.Entries
			last = h
		}
		if len(heads) < verifyBatches {
			break
		}
	}
	rep.Head = last
	for n := range known {
		add(n, "第 %d 批的链头曾经交出，库里却没有了（尾部被删）", "the head of batch %d was exported, but the batch is gone (the tail was cut)", n)
	}
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if rep.Unsealed, err = store.One(ctx, tx, store.Value[int64], "SELECT count(*) FROM audit_entry WHERE batch = 0"); err != nil {
			return err
		}
		// A batch sealed since the loop ended is not stray.
		stray, err := store.All(ctx, tx, store.Value[int64], `SELECT e.id FROM audit_entry e WHERE e.batch <> 0
			AND NOT EXISTS (SELECT 1 FROM audit_batch b WHERE b.number = e.batch) ORDER BY e.id LIMIT 100`)
		for _, id := range stray {
			add(0, "记录 %d 不属于任何一批", "entry %d belongs to no batch", id)
		}
		return err
	})
	return rep, err
}

func verifyBatch(last, h Head, inside content, public ed25519.PublicKey, add func(int64, string, string, ...any)) {
	if h.Number != last.Number+1 {
		add(h.Number, "第 %d 批之前缺了批次", "batches are missing before batch %d", h.Number)
	} else if h.Previous != last.Hash || h.Total != last.Total+h.Entries {
		add(h.Number, "第 %d 批与前一批接不上", "batch %d does not follow from the one before", h.Number)
	}
	if !h.Valid(public) {
		add(h.Number, "第 %d 批的签名不对", "the signature of batch %d is wrong", h.Number)
	}
	switch {
	case inside.entries < h.Entries:
		add(h.Number, "第 %d 批少了 %d 条记录", "batch %d lacks %d entries", h.Number, h.Entries-inside.entries)
	case inside.entries > h.Entries:
		add(h.Number, "第 %d 批多出了记录", "batch %d has entries too many", h.Number)
	case inside.digest != h.Digest:
		add(h.Number, "第 %d 批里有记录被改过", "entries of batch %d were altered", h.Number)
	}
}
