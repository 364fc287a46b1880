package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"runtime"
	"sync"

	"guanjia/internal/store"
)

// content is what the entries of one batch come to.
type content struct {
	entries int64
	digest  string
}

// contents reads the entries of the batches and digests them. Batches stand
// alone, so that each processor takes a part of them in a snapshot of its own.
func (s *Service) contents(ctx context.Context, heads []Head) (map[int64]content, error) {
	workers := min(runtime.GOMAXPROCS(0), len(heads))
	out := make(map[int64]content, len(heads))
	if workers == 0 {
		return out, nil
	}
	var mu sync.Mutex
	var wait sync.WaitGroup
	faults := make([]error, workers)
	size := (len(heads) + workers - 1) / workers
	for i := range workers {
		part := heads[min(i*size, len(heads)):min((i+1)*size, len(heads))]
		if len(part) == 0 {
			continue
		}
		wait.Go(func() {
			faults[i] = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
				return digestBatches(ctx, tx, part[0].Number, part[len(part)-1].Number, func(number int64, c content) {
					mu.Lock()
					defer mu.Unlock()
					out[number] = c
				})
			})
		})
	}
	wait.Wait()
	return out, errors.Join(faults...)
}

// digestBatches hands over the content of each batch from first to last, in
// one pass over the index that holds them together.
func digestBatches(ctx context.Context, tx *store.Tx, first, last int64, found func(number int64, c content)) error {
	rows, err := tx.Query(ctx, "SELECT "+rowColumns+" FROM audit_entry WHERE batch BETWEEN ? AND ? ORDER BY batch, id", first, last)
	if err != nil {
		return fmt.Errorf("reading batches %d to %d: %w", first, last, err)
	}
	defer func() { _ = rows.Close() }()
	var now content
	at, sum := int64(0), sha256.New()
	end := func() {
		if now.entries > 0 {
			now.digest = hex.EncodeToString(sum.Sum(nil))
			found(at, now)
		}
		now = content{}
		sum.Reset()
	}
	var r rawRow
	dest := r.dest()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if r.batch != at {
			end()
			at = r.batch
		}
		now.entries++
		r.add(sum)
	}
	end()
	return rows.Err()
}

// rawRow is a Row whose words are looked at where the driver has them, so that
// a trail of millions is read without a copy of each.
type rawRow struct {
	numbers                        [6]int64 // id, project, at, account, session, subject id: as leaf orders them
	action, subject, data, address store.Raw
	batch                          int64
	buffer                         []byte
}

// dest is where a row of rowColumns goes.
func (r *rawRow) dest() []any {
	n := &r.numbers
	return []any{&n[0], &n[1], &n[2], &n[3], &n[4], &r.action, &r.subject, &n[5], &r.data, &r.address, &r.batch}
}

// add puts the leaf of the row under the sum, as Row.leaf makes it.
func (r *rawRow) add(sum hash.Hash) {
	b := r.buffer[:0]
	for _, n := range r.numbers {
		b = binary.BigEndian.AppendUint64(b, uint64(n)) //nolint:gosec // bits, not a number
	}
	for _, f := range [...]store.Raw{r.action, r.subject, r.data, r.address} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f))) //nolint:gosec // a stored text is far shorter
		b = append(b, f...)
	}
	r.buffer = b
	leaf := sha256.Sum256(b)
	sum.Write(leaf[:])
}
