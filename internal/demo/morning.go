package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/casefile"
	"guanjia/internal/desk"
)

// morning puts the demo into the middle of its Friday morning: calls of today,
// promises still owed.
func (l *Loaded) morning(ctx context.Context, a *app.App) error {
	calls, err := l.calls(ctx, a)
	if err != nil {
		return err
	}
	for i, c := range calls {
		if err := l.ringing(ctx, a, i, c); err != nil {
			return err
		}
	}
	return l.promises(ctx, a)
}

// ringer is one call of the morning.
type ringer struct {
	at     time.Time
	from   string
	agent  int64
	lost   bool   // nobody got to it in time
	caseID int64  // what came of it
	said   string // without a case: what it was about
}

// asides are calls of which no case came.
var asides = []struct{ outcome, words string }{
	{"answered", "问物业费缴到几月，已查告"}, {"answered", "问垃圾清运时间，已告知"}, {"answered", "问快递柜客服电话，已告知"},
	{"call_back", "问停车月租排队，查后回电"}, {"wrong_number", "打错了"}, {"answered", "问装修押金怎么退，已告知手续"},
}

// calls are those from which the cases of today came, and some between them
// from which none came.
func (l *Loaded) calls(ctx context.Context, a *app.App) ([]ringer, error) {
	today := time.Date(Now.Year(), Now.Month(), Now.Day(), 0, 0, 0, 0, Now.Location())
	page, err := a.Cases.List(ctx, auth.System, casefile.Filter{Project: l.Project, Channel: "phone", From: today, Limit: 100})
	if err != nil {
		return nil, err
	}
	var list []ringer
	for _, c := range page.Cases {
		if c.Phone != "" {
			list = append(list, ringer{at: c.State.OpenedAt.Add(-70 * time.Second), from: c.Phone, agent: c.State.Owner, caseID: c.ID})
		}
	}
	for i := range 9 {
		unit := (i*97 + 13) % len(l.plan.Units)
		r := ringer{at: today.Add(8*time.Hour + time.Duration(4+i*17)*time.Minute), from: l.plan.Units[unit].People[0].Phone, agent: l.Accounts[[]int{0, 8}[i%2]], lost: i == 3}
		r.said = asides[i%len(asides)].words
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(x, y ringer) int { return x.at.Compare(y.at) })
	return list, nil
}

func (l *Loaded) ringing(ctx context.Context, a *app.App, i int, c ringer) error {
	end := c.at.Add(time.Duration(75+i*17%120) * time.Second)
	signals := []desk.Signal{{Event: desk.EventRing, From: c.from, At: c.at}}
	if c.lost {
		signals = append(signals, desk.Signal{Event: desk.EventHangUp, At: c.at.Add(24 * time.Second)})
	} else {
		signals = append(signals, desk.Signal{Event: desk.EventAnswer, At: c.at.Add(time.Duration(3+i%9) * time.Second)}, desk.Signal{Event: desk.EventHangUp, At: end})
	}
	var call desk.Call
	var err error
	for _, s := range signals {
		s.Call, s.Line, s.Agent = fmt.Sprintf("demo-%03d", i), "801", c.agent
		if call, err = a.Desk.Connect(ctx, auth.System, l.Project, s); err != nil {
			return err
		}
	}
	switch {
	case c.lost:
		return nil // it waits to be rung back
	case c.caseID != 0:
		return a.Desk.Settle(ctx, auth.System, l.Project, call.ID, "case", "", c.caseID)
	}
	for _, x := range asides {
		if x.words == c.said {
			return a.Desk.Settle(ctx, auth.System, l.Project, call.ID, x.outcome, x.words, 0)
		}
	}
	return nil
}

func (l *Loaded) promises(ctx context.Context, a *app.App) error {
	for i, p := range []struct {
		words string
		in    time.Duration
	}{
		{"回复停车月租排队到第几位", 18 * time.Minute}, {"水工是否已到场，回电确认", 48 * time.Minute}, {"告知楼上装修噪音的处理结果", 80 * time.Minute},
		{"答复外墙招牌尺寸能否放宽", 3*time.Hour + 18*time.Minute}, {"装修申请缺的图纸清单发给他", 5 * time.Hour},
	} {
		unit := (i*211 + 90) % len(l.units)
		_, err := a.Desk.Promise(ctx, auth.System, desk.Promise{
			Project: l.Project, Unit: l.units[unit], Person: l.people[unit], Words: p.words, Due: Now.Add(p.in), Owner: l.Accounts[0],
		})
		if err != nil {
			return err
		}
	}
	return nil
}
