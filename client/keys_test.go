package client_test

import (
	"context"
	"testing"
	"time"

	"guanjia/client"
	"guanjia/internal/store"
)

// TestKeysOutsideCases sends a key again after a refusal, after a request that
// broke off in the middle, and after it was forgotten. Proves PLT-09.
func TestKeysOutsideCases(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		_, secret := h.token(t, "supervisor")
		var waits []time.Duration
		c := client.Unhurried(client.Strict(client.New(h.url, "first", secret, nil)), &waits)

		_, err := c.CreatePerson(ctx, "a", client.NewPerson{Name: ""})
		refused(t, err, "estate.person.invalid")
		made, err := c.CreatePerson(ctx, "a", client.NewPerson{Name: "李国强"})
		ok(t, err)
		again, err := c.CreatePerson(ctx, "a", client.NewPerson{Name: "李国强"})
		ok(t, err)
		if again.ID != made.ID {
			t.Error("a key whose first request was refused does not hold the second")
		}
		_, other := h.token(t, "supervisor")
		apart, err := client.New(h.url, "first", other, nil).CreatePerson(ctx, "a", client.NewPerson{Name: "李国强"})
		ok(t, err)
		if apart.ID == made.ID {
			t.Error("another program's key is taken for this one's")
		}

		ok(t, h.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE api_key SET status = 0, answer = ''") // as after kill -9
			return err
		}))
		_, err = c.CreatePerson(ctx, "a", client.NewPerson{Name: "李国强"})
		refused(t, err, "api.key.unfinished")
		if len(waits) != 3 {
			t.Errorf("it was asked for again %d times", len(waits))
		}
		_, err = c.CreatePerson(ctx, "a", client.NewPerson{Name: "别人"})
		refused(t, err, "api.key.reused")

		h.clock.Add(26 * time.Hour)
		_, err = h.Runner().RunDue(ctx)
		ok(t, err)
		fresh, err := c.CreatePerson(ctx, "a", client.NewPerson{Name: "别人"})
		ok(t, err)
		if fresh.ID == made.ID {
			t.Error("a key is remembered for longer than a day")
		}
	})
}
