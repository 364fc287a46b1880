package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"guanjia/client"
)

// TestClientTriesAgain sees the same request with the same key until there is
// an answer, waits as long as it is told, and does not repeat what was refused.
func TestClientTriesAgain(t *testing.T) {
	t.Parallel()
	var keys []string
	answers := []func(w http.ResponseWriter){
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		func(w http.ResponseWriter) { _, _ = fmt.Fprint(w, `{"number":"WX-1","dangers":[]}`) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		answers[min(len(keys), len(answers))-1](w)
	}))
	t.Cleanup(server.Close)
	var waits []time.Duration
	c := client.Unhurried(client.New(server.URL, "first", "gj_x", nil), &waits)
	made, err := c.OpenCase(context.Background(), "", client.NewCase{Procedure: "repair"})
	ok(t, err)
	if made.Number != "WX-1" || len(keys) != 3 || keys[0] == "" || keys[0] != keys[1] || keys[1] != keys[2] {
		t.Errorf("made %+v with keys %v", made, keys)
	}
	if !slices.Equal(waits, []time.Duration{500 * time.Millisecond, 3 * time.Second}) {
		t.Errorf("waited %v", waits)
	}

	keys, waits = nil, nil
	answers = []func(w http.ResponseWriter){func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnprocessableEntity) }}
	if _, err := c.OpenCase(context.Background(), "", client.NewCase{}); err == nil || len(keys) != 1 {
		t.Errorf("what was refused was sent %d times: %v", len(keys), err)
	}
	keys, waits = nil, nil
	answers = []func(w http.ResponseWriter){func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }}
	if _, err := c.Cases(context.Background(), client.Filter{}); err == nil || len(keys) != 4 || len(waits) != 3 {
		t.Errorf("a proxy without anybody behind it was asked %d times: %v", len(keys), err)
	}
}

// ExampleClient_OpenCase takes a matter in and reads what to say when there is
// danger in it.
func ExampleClient_OpenCase() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprint(w, `{"number":"WX-2611-0001","dangers":[{"name":"gas","script":"Open the windows."}]}`)
	}))
	defer server.Close()

	c := client.New(server.URL, "jinxiu", "gj_…", nil)
	made, err := c.OpenCase(context.Background(), client.NewKey(), client.NewCase{
		Procedure: "repair", Channel: "phone", Caller: "周丽华", Words: "厨房有煤气味",
		Fields: map[string]any{"part": "in_unit", "fault": "other", "trade": "general", "grade": "urgent"},
	})
	if err != nil {
		fmt.Println(client.CodeOf(err))
		return
	}
	fmt.Println(made.Number)
	for _, d := range made.Dangers {
		fmt.Println(d.Script)
	}
	// Output:
	// WX-2611-0001
	// Open the windows.
}
