package procedure

// Values are what a condition reads: the case's fields and declared facts.
type Values map[string]any

// Cond is a condition: comparisons joined by and, or, not. Nil always holds.
type Cond interface {
	// Holds evaluates the condition; a name without a value equals nothing.
	Holds(v Values) bool
	// Names lists the fields and facts it reads.
	Names() []string
	// String is the condition as written.
	String() string
}
