package casefile

// SetFew sets how many cases with an answer are few, so that a test meets both
// ways of finding them.
func (s *Service) SetFew(n int64) { s.few = n }
