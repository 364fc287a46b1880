// Package vault keeps personal values unreadable without the key and erasable
// everywhere (LAW-03, PLT-02).
//
// It owns: the key file (encryption keys, the key of equality digests, the
// seed that signs audit heads), sealing and opening, the store of personal
// values that append-only records refer to by number, looks at them (each
// recorded with its reason), their erasure, the list of what rooms erased by
// themselves, and the replay of both after a restore. It does not own: which values are personal (the room that puts them
// here) nor masking on screens (text.MaskPhone).
//
// Wiring: app opens the keys with OpenKeys before everything else, gives them
// to auth (auth.Sealer) and to New, and gives Keys.SigningKey to audit.
// Start at Keys, then Service.
package vault
