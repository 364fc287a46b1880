package client

import (
	"context"
	"time"
)

// Unhurried lets a test see how long c would wait, and wait not at all.
func Unhurried(c *Client, waits *[]time.Duration) *Client {
	c.pause = func(_ context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return nil
	}
	return c
}

// Strict makes c refuse members that its types do not have, so that a test
// notices when interface and client part.
func Strict(c *Client) *Client {
	c.strict = true
	return c
}
