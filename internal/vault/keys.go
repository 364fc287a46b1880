package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Keys are the secrets that lie outside data folder and backup. Safe for use
// by many goroutines.
type Keys struct {
	mu   sync.RWMutex
	path string // "" in memory
	file keyFile
	gcm  map[uint32]cipher.AEAD
}

// keyFile is the content of the key file, format 1.
type keyFile struct {
	Format  int      `json:"format"`
	Note    []string `json:"note"`
	Current uint32   `json:"current"` // key that new values are sealed with
	Keys    []oneKey `json:"keys"`
	Lookup  []byte   `json:"lookup"`  // HMAC key of equality digests
	Signing []byte   `json:"signing"` // ed25519 seed of audit heads
}

type oneKey struct {
	ID     uint32 `json:"id"`
	Secret []byte `json:"secret"` // 32 bytes
}

var keyNote = []string{
	"管家的密钥。身份证号等敏感信息靠它才能读出；丢了就永远读不出来，任何人都没有办法。",
	"请把这个文件另存一份到保险的地方（不要和数据备份放在一起），换机器时一并带走，不要发给任何人。",
	"The keys of Guanjia. Identity numbers and other sensitive values can be read only with them; if they are lost, nobody can bring the values back.",
	"Keep a copy in a safe place (not beside the data backup), take it along to a new machine, send it to nobody.",
}

// LossNotice explains to the operator what the key file means; the command prints it
// when OpenKeys reports that the file was just made.
func LossNotice(path string) text.Both {
	return text.F(
		"已新建密钥文件 %s（只有本用户能读）。身份证号等敏感信息、动态口令都靠它才能读出。它不在数据文件夹里，也不进备份：请现在另存一份到保险的地方。丢了它，这些内容永远读不出来；和备份放在一起，备份就等于没有加密。",
		"A new key file was made: %s (readable by this user only). Identity numbers, other sensitive values and second factors can be read only with it. It is neither in the data folder nor in the backup: keep a copy in a safe place now. If it is lost those values are gone for good; kept beside the backup, the backup is as good as unencrypted.", path)
}

// NewKeys makes keys in memory: for tests and the demo's first moment.
func NewKeys() (*Keys, error) {
	k := &Keys{file: keyFile{Format: 1, Note: keyNote, Lookup: make([]byte, 32), Signing: make([]byte, ed25519.SeedSize)}}
	for _, b := range [][]byte{k.file.Lookup, k.file.Signing} {
		if _, err := rand.Read(b); err != nil {
			return nil, err
		}
	}
	if err := k.add(); err != nil {
		return nil, err
	}
	return k, k.index()
}

// OpenKeys reads the key file at path, or makes it (0600) when it is missing
// and mayCreate says that no data exist yet that would need the lost one. made
// reports that it was made: print LossNotice. Errors tell the operator what to do.
func OpenKeys(path string, mayCreate bool) (k *Keys, made bool, err error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	switch {
	case err == nil:
		k = &Keys{path: path}
		if err := json.Unmarshal(raw, &k.file); err != nil || k.file.Format != 1 || len(k.file.Keys) == 0 {
			return nil, false, errs.Newf(errs.Invalid, "vault.key.broken", "密钥文件 %s 读不懂，可能损坏了。请用另存的那一份换上；数据没有改动。",
				"The key file %s cannot be understood; it may be damaged. Put your copy in its place; no data were changed.", path).Wrap(err)
		}
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
			return nil, false, errs.Newf(errs.Invalid, "vault.key.open", "密钥文件 %[1]s 别的用户也能读。请执行 chmod 600 %[1]s 后再启动。",
				"Other users can read the key file %[1]s. Run chmod 600 %[1]s and start again.", path)
		}
		return k, false, k.index()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, false, fmt.Errorf("reading the key file: %w", err)
	case !mayCreate:
		return nil, false, errs.Newf(errs.Invalid, "vault.key.missing",
			"找不到密钥文件 %s，而数据是用它加密的。请把另存的那一份放回去；不要新建，新建的读不出旧数据。",
			"The key file %s is missing, and the data were encrypted with it. Put your copy back; a new one could not read them.", path)
	}
	if k, err = NewKeys(); err != nil {
		return nil, false, err
	}
	k.path = path
	return k, true, k.save()
}

func (k *Keys) add() error {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	next := k.file.Current + 1
	for _, o := range k.file.Keys {
		next = max(next, o.ID+1)
	}
	k.file.Keys = append(k.file.Keys, oneKey{ID: next, Secret: secret})
	k.file.Current = next
	return nil
}

func (k *Keys) index() error {
	if len(k.file.Lookup) < 32 || len(k.file.Signing) != ed25519.SeedSize {
		return errors.New("key file: a key is too short")
	}
	k.gcm = map[uint32]cipher.AEAD{}
	for _, o := range k.file.Keys {
		block, err := aes.NewCipher(o.Secret)
		if err != nil {
			return fmt.Errorf("key %d: %w", o.ID, err)
		}
		if k.gcm[o.ID], err = cipher.NewGCM(block); err != nil {
			return err
		}
	}
	if k.gcm[k.file.Current] == nil {
		return fmt.Errorf("key file: the current key %d is missing", k.file.Current)
	}
	return nil
}

// save replaces the key file without a moment in which it is half written.
func (k *Keys) save() error {
	if k.path == "" {
		return nil
	}
	raw, err := json.MarshalIndent(k.file, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(k.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".keys-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(append(raw, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), k.path)
	}
	if err != nil {
		return fmt.Errorf("writing the key file: %w", err)
	}
	return store.SyncFolder(dir)
}

// sealedHead is 1 byte of format and 4 bytes of key number before the nonce.
const sealedHead = 5

// Seal encrypts plain with AES-256-GCM under the current key. bound ties it to
// its place (table and row): moved elsewhere it does not open.
func (k *Keys) Seal(bound string, plain []byte) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	gcm := k.gcm[k.file.Current]
	out := make([]byte, sealedHead+gcm.NonceSize(), sealedHead+gcm.NonceSize()+len(plain)+gcm.Overhead())
	out[0] = 1
	binary.BigEndian.PutUint32(out[1:], k.file.Current)
	if _, err := rand.Read(out[sealedHead:]); err != nil {
		return nil, err
	}
	return gcm.Seal(out, out[sealedHead:], plain, append([]byte(bound+"\x00"), out[:sealedHead]...)), nil
}

// Open decrypts what Seal made for the same bound. An error means a wrong or
// retired key, or a value that was tampered with.
func (k *Keys) Open(bound string, sealed []byte) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if len(sealed) < sealedHead || sealed[0] != 1 {
		return nil, errUnreadable(errors.New("not a sealed value"))
	}
	id := binary.BigEndian.Uint32(sealed[1:])
	gcm := k.gcm[id]
	if gcm == nil {
		return nil, errUnreadable(fmt.Errorf("no key %d", id))
	}
	if len(sealed) < sealedHead+gcm.NonceSize() {
		return nil, errUnreadable(errors.New("cut short"))
	}
	nonce, rest := sealed[sealedHead:sealedHead+gcm.NonceSize()], sealed[sealedHead+gcm.NonceSize():]
	plain, err := gcm.Open(nil, nonce, rest, append([]byte(bound+"\x00"), sealed[:sealedHead]...))
	if err != nil {
		return nil, errUnreadable(err)
	}
	return plain, nil
}

func errUnreadable(cause error) error {
	return errs.New(errs.Internal, "vault.unreadable", "这项加密内容现在的密钥打不开。请管理员核对密钥文件是不是这套数据的。",
		"This encrypted value does not open with the present keys. An administrator should check that the key file belongs to these data.").Wrap(cause)
}

// Digest is the keyed digest of value for purpose (hex, 64 characters): equal
// values have equal digests, and without the key nobody can try values out.
// For equality search and for personal values inside append-only records.
func (k *Keys) Digest(purpose, value string) string {
	k.mu.RLock()
	defer k.mu.RUnlock()
	h := hmac.New(sha256.New, k.file.Lookup)
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write([]byte(value))
	return hex.EncodeToString(h.Sum(nil))
}

// SigningKey signs the heads of the audit trail.
func (k *Keys) SigningKey() ed25519.PrivateKey {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return ed25519.NewKeyFromSeed(k.file.Signing)
}

// Rotate adds a key, saves the file and seals with it from now on; older keys
// still open. Returns the new key's number.
func (k *Keys) Rotate() (uint32, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.file
	k.file.Keys = slices.Clone(before.Keys)
	if err := k.add(); err != nil {
		return 0, err
	}
	if err := errors.Join(k.index(), k.save()); err != nil {
		k.file = before
		return 0, errors.Join(err, k.index())
	}
	return k.file.Current, nil
}

// Retire forgets every key but the current one. Only after nothing is sealed
// with them any more (Service.Reseal reports that).
func (k *Keys) Retire() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.file
	k.file.Keys = slices.DeleteFunc(slices.Clone(before.Keys), func(o oneKey) bool { return o.ID != before.Current })
	if err := errors.Join(k.index(), k.save()); err != nil {
		k.file = before
		return errors.Join(err, k.index())
	}
	return nil
}

// Current is the number of the key that new values are sealed with.
func (k *Keys) Current() uint32 {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.file.Current
}

// Stale reports whether sealed was made with a key other than the current one.
func (k *Keys) Stale(sealed []byte) bool { return KeyOf(sealed) != k.Current() }

// KeyOf is the number of the key a value was sealed with, 0 when it is none.
func KeyOf(sealed []byte) uint32 {
	if len(sealed) < sealedHead || sealed[0] != 1 {
		return 0
	}
	return binary.BigEndian.Uint32(sealed[1:])
}
