package calendar

// Calendar is the working days and hours a project counts by. Immutable;
// Hash names its content, and a case is stamped with it.
type Calendar struct {
	Hash string
}
