package procedure

import "slices"

// Usual is the steps a case still passes after from when nothing goes wrong, up
// to its end: from each step the outcome it is meant to have, by the first way
// that holds, else by another that comes to an end without going round. holds
// says whether a way with the outcome meant is taken, as far as one can know;
// what rests on answers nobody has given yet does not hold. None where no way
// ends. The rails, the resident's page and the chart all read this one guess.
func (d *Definition) Usual(from string, holds func(*Step, Branch) bool) []string {
	seen := map[string]bool{}
	var walk func(s *Step) []string
	walk = func(s *Step) []string {
		if s == nil || seen[s.Name] {
			return nil
		}
		seen[s.Name] = true
		if s.Do == KindClose {
			return []string{s.Name}
		}
		for _, b := range inOrder(s, holds) {
			if rest := walk(d.Step(b.Go)); rest != nil {
				return append([]string{s.Name}, rest...)
			}
		}
		return nil
	}
	way := walk(d.Step(from))
	if len(way) == 0 {
		return nil
	}
	return way[1:]
}

// inOrder is the branches of s, the most usual first: what holds, then what
// always would, then what depends on answers, then what it is not meant for.
func inOrder(s *Step, holds func(*Step, Branch) bool) []Branch {
	rank := func(b Branch) int {
		switch meant := b.Outcome == "" || b.Outcome == primary(s); {
		case !meant:
			return 3
		case holds(s, b):
			return 0
		case b.When == nil:
			return 1
		default:
			return 2
		}
	}
	list := slices.Clone(s.Then)
	slices.SortStableFunc(list, func(a, b Branch) int { return rank(a) - rank(b) })
	return list
}

// primary is the outcome a step is meant to have.
func primary(s *Step) string {
	if words := Outcomes[s.Do]; len(words) > 0 {
		return words[0]
	}
	if len(s.Then) > 0 {
		return s.Then[0].Outcome
	}
	return ""
}
