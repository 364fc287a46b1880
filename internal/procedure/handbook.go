package procedure

// Handbook is everything published at one moment: definitions, profiles,
// roles. It is immutable; publishing makes another.
type Handbook struct {
	Hash       string
	Procedures map[string]*Definition
	Profiles   map[string]*Figures
	Roles      []Role
	Rules      []Rule
}
