package casefile

import (
	"context"
	"encoding/json"
	"math"

	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/store"
)

// keptClock is a clock as the case row keeps it: what lists show, without what
// the definition knows. Short keys, because every list reads fifty of them.
type keptClock struct {
	Name        string  `json:"n"`
	Run         string  `json:"r"`
	Started     int64   `json:"s,omitempty"`
	Due         int64   `json:"d,omitempty"`
	Stopped     int64   `json:"x,omitempty"`
	First       int64   `json:"f,omitempty"`
	WasLate     bool    `json:"w,omitempty"`
	Used        float64 `json:"u,omitempty"`
	Limit       string  `json:"l,omitempty"`
	Provisional bool    `json:"p,omitempty"`
	Level       int     `json:"v,omitempty"` // the next level plus one
	NextAt      int64   `json:"a,omitempty"`
}

// keepClocks writes the clocks that were ever started; those switched off are
// left out.
func keepClocks(list []engine.ClockState) (string, error) {
	kept := make([]keptClock, 0, len(list))
	for _, k := range list {
		if k.Run == engine.RunOff {
			continue
		}
		kept = append(kept, keptClock{
			Name: k.Name, Run: k.Run, Started: store.Micros(k.Started), Due: store.Micros(k.Due), Stopped: store.Micros(k.Stopped),
			First: store.Micros(k.First), WasLate: k.WasLate, Used: math.Round(k.Used*1000) / 1000, Limit: k.Limit, Provisional: k.Provisional, Level: k.NextLevel + 1, NextAt: store.Micros(k.NextAt),
		})
	}
	return encode(kept)
}

func readClocks(s string) ([]engine.ClockState, error) {
	var kept []keptClock
	if err := json.Unmarshal([]byte(s), &kept); err != nil {
		return nil, err
	}
	list := make([]engine.ClockState, len(kept))
	for i, k := range kept {
		list[i] = engine.ClockState{
			Name: k.Name, Run: k.Run, Started: store.Time(k.Started), Due: store.Time(k.Due), Stopped: store.Time(k.Stopped),
			First: store.Time(k.First), WasLate: k.WasLate, Used: k.Used, Limit: k.Limit, Provisional: k.Provisional, NextLevel: k.Level - 1, NextAt: store.Time(k.NextAt),
		}
	}
	return list, nil
}

// dress adds to clocks read from rows what their definitions say about them.
func (s *Service) dress(ctx context.Context, tx *store.Tx, cases ...*Case) error {
	for _, c := range cases {
		def, err := s.docs.definition(ctx, tx, c.DefHash)
		if err != nil {
			return err
		}
		for i := range c.Clocks {
			dressClock(def, &c.Clocks[i])
		}
	}
	return nil
}

func dressClock(def *procedure.Definition, k *engine.ClockState) {
	for i := range def.Clocks {
		if d := &def.Clocks[i]; d.Name == k.Name {
			k.Title, k.CustomerSees, k.Rules = d.Title, d.CustomerSees, d.Rules
			return
		}
	}
	if st := def.Step(k.Name); st != nil { // a step's own limit has the step's name
		k.Title, k.Rules = st.Title, st.Rules
	}
}
