package jobs

import (
	"errors"
	"fmt"
	"time"
)

type snoozeError struct{ wait time.Duration }

func (e *snoozeError) Error() string { return fmt.Sprintf("again in %s", e.wait) }

// Snooze is returned by Work to be called again after wait; it is not counted
// as an attempt.
func Snooze(wait time.Duration) error { return &snoozeError{wait: wait} }

type cancelError struct{ cause error }

func (e *cancelError) Error() string { return e.cause.Error() }
func (e *cancelError) Unwrap() error { return e.cause }

// Cancel is returned by Work when trying again cannot help: the job is set
// aside as failed with cause.
func Cancel(cause error) error { return &cancelError{cause: cause} }

// Wait is how long a job rests after its n-th failed attempt: 2 s, 4 s, 8 s …
// at most one hour.
func Wait(n int) time.Duration {
	const longest = time.Hour
	if n < 1 {
		n = 1
	}
	if n > 11 {
		return longest
	}
	return min(time.Second<<n, longest)
}

func snoozed(err error) (time.Duration, bool) {
	var e *snoozeError
	if errors.As(err, &e) {
		return e.wait, true
	}
	return 0, false
}

func cancelled(err error) bool {
	var e *cancelError
	return errors.As(err, &e)
}
