package audit

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/store"
)

// batchSize bounds the entries of one batch, so that sealing never holds the
// writer for long.
const batchSize = 1000

// Head is the end of the chain at one batch: whoever holds it can tell later
// whether anything before was altered or cut off.
type Head struct {
	Number    int64  `json:"number"`
	SealedAt  int64  `json:"sealed_at"` // µs UTC
	Entries   int64  `json:"entries"`   // in this batch
	Total     int64  `json:"total"`     // in all batches so far
	Digest    string `json:"digest"`    // of the entries
	Previous  string `json:"previous"`  // hash of the head before
	Hash      string `json:"hash"`      // of everything above
	Signature string `json:"signature"` // ed25519 of Hash
}

// hash computes what Hash must be.
func (h Head) hash() []byte {
	b := []byte("guanjia audit head 1\n")
	for _, n := range []int64{h.Number, h.SealedAt, h.Entries, h.Total} {
		b = binary.BigEndian.AppendUint64(b, uint64(n)) //nolint:gosec // bits, not a number
	}
	b = append(b, h.Digest+"\n"+h.Previous...)
	sum := sha256.Sum256(b)
	return sum[:]
}

func (h *Head) sign(key ed25519.PrivateKey) {
	sum := h.hash()
	h.Hash = hex.EncodeToString(sum)
	h.Signature = hex.EncodeToString(ed25519.Sign(key, sum))
}

// Valid reports whether h is whole and signed with the key of public.
func (h Head) Valid(public ed25519.PublicKey) bool {
	sum := h.hash()
	sig, err := hex.DecodeString(h.Signature)
	return err == nil && h.Hash == hex.EncodeToString(sum) && len(sig) == ed25519.SignatureSize && ed25519.Verify(public, sum, sig)
}

const headColumns = "number, sealed_at, entries, total, digest, previous, hash, signature"

func scanHead(scan store.Scan) (Head, error) {
	var h Head
	err := scan(&h.Number, &h.SealedAt, &h.Entries, &h.Total, &h.Digest, &h.Previous, &h.Hash, &h.Signature)
	return h, err
}

func batchDigest(rows []Row) string {
	d := sha256.New()
	for _, r := range rows {
		leaf := r.leaf()
		d.Write(leaf[:])
	}
	return hex.EncodeToString(d.Sum(nil))
}

// Seal closes batches over everything not sealed yet and returns the number of
// entries sealed. Several nodes may call it: the number of a batch is unique,
// the slower one's work is undone and left to the next call.
func (s *Service) Seal(ctx context.Context) (int64, error) {
	var sealed int64
	for {
		var n int64
		err := s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			var err error
			n, err = s.sealBatch(ctx, tx)
			return err
		})
		if errs.KindOf(err) == errs.Conflict {
			break
		}
		if err != nil {
			return sealed, err
		}
		sealed += n
		if n < batchSize {
			break
		}
	}
	return sealed, s.export(ctx)
}

func (s *Service) sealBatch(ctx context.Context, tx *store.Tx) (int64, error) {
	// The lock makes sealers take turns; the head is read after it, since
	// another may have sealed while this one waited.
	if lock := tx.Lock(); lock != "" {
		if _, err := lastHead(ctx, tx, lock); err != nil {
			return 0, err
		}
	}
	last, err := lastHead(ctx, tx, "")
	if err != nil {
		return 0, err
	}
	head := Head{Number: last.Number + 1, SealedAt: store.Micros(s.clock.Now()), Previous: last.Hash}
	// Marked first, read after: an entry that another transaction commits in
	// between belongs to the next batch.
	if head.Entries, err = tx.Exec(ctx, `UPDATE audit_entry SET batch = ? WHERE id IN
		(SELECT id FROM audit_entry WHERE batch = 0 ORDER BY id LIMIT ?)`, head.Number, batchSize); err != nil || head.Entries == 0 {
		return 0, err
	}
	rows, err := store.All(ctx, tx, scanRow, "SELECT "+rowColumns+" FROM audit_entry WHERE batch = ? ORDER BY id", head.Number)
	if err != nil {
		return 0, err
	}
	if int64(len(rows)) != head.Entries {
		return 0, errs.Newf(errs.Conflict, "audit.seal.raced", "第 %d 批已由另一个节点封存。", "Batch %d was sealed by another node.", head.Number)
	}
	head.Total, head.Digest = last.Total+head.Entries, batchDigest(rows)
	head.sign(s.key)
	_, err = tx.Exec(ctx, "INSERT INTO audit_batch ("+headColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		head.Number, head.SealedAt, head.Entries, head.Total, head.Digest, head.Previous, head.Hash, head.Signature)
	return head.Entries, err
}

func lastHead(ctx context.Context, tx *store.Tx, lock string) (Head, error) {
	h, err := store.One(ctx, tx, scanHead, "SELECT "+headColumns+" FROM audit_batch ORDER BY number DESC LIMIT 1"+lock)
	if errors.Is(err, store.ErrNoRow) {
		return Head{}, nil
	}
	return h, err
}

// Head is the present end of the chain, zero before the first batch.
func (s *Service) Head(ctx context.Context) (Head, error) {
	var h Head
	err := s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		h, err = lastHead(ctx, tx, "")
		return err
	})
	return h, err
}

// export appends the heads that the file lacks.
func (s *Service) export(ctx context.Context) error {
	if s.heads == "" {
		return nil
	}
	have, err := ReadHeadsFile(s.heads)
	if err != nil {
		return err
	}
	var from int64
	if len(have) > 0 {
		from = have[len(have)-1].Number
	}
	var fresh []Head
	err = s.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		fresh, err = store.All(ctx, tx, scanHead, "SELECT "+headColumns+" FROM audit_batch WHERE number > ? ORDER BY number", from)
		return err
	})
	if err != nil || len(fresh) == 0 {
		return err
	}
	var b bytes.Buffer
	if err := WriteHeads(&b, fresh); err != nil {
		return err
	}
	f, err := os.OpenFile(s.heads, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("exporting audit heads: %w", err)
	}
	_, err = f.Write(b.Bytes())
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// WriteHeads writes heads as one JSON object a line.
func WriteHeads(w io.Writer, heads []Head) error {
	enc := json.NewEncoder(w)
	for _, h := range heads {
		if err := enc.Encode(h); err != nil {
			return err
		}
	}
	return nil
}

// ReadHeads reads what WriteHeads wrote. A last line cut short by a crash is
// left out; the next export does not repeat it but the chain still covers it.
func ReadHeads(r io.Reader) ([]Head, error) {
	var heads []Head
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var h Head
		if err := json.Unmarshal(lines.Bytes(), &h); err != nil || h.Number == 0 {
			continue
		}
		heads = append(heads, h)
	}
	return heads, lines.Err()
}

// ReadHeadsFile reads a file of heads; a missing one has none.
func ReadHeadsFile(path string) ([]Head, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return ReadHeads(f)
}

// Restored notes that an older state was brought back on purpose: the heads
// exported since then are put aside (".until-<time>"), where they still prove
// what had been there, and the trail says so.
func (s *Service) Restored(ctx context.Context) error {
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	if s.heads != "" {
		err := os.Rename(s.heads, s.heads+".until-"+s.clock.Now().Format("20060102T150405"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return s.Record(ctx, tx, Entry{
			Action: "audit.trail.restore", Subject: "audit.batch", ID: head.Number,
			Data: map[string]any{"restored_at": s.clock.Now().UTC().Format(time.RFC3339)},
		})
	})
}
