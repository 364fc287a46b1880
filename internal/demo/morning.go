package demo

import (
	"context"
	"fmt"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/desk"
)

// morning puts the demo into the middle of its Friday morning: calls of today,
// promises still owed.
func (l *Loaded) morning(ctx context.Context, a *app.App) error {
	agent := auth.Actor{}
	today := time.Date(Now.Year(), Now.Month(), Now.Day(), 8, 0, 0, 0, Now.Location())
	for i := range 24 {
		at := today.Add(time.Duration(i) * 6 * time.Minute)
		unit := (i*97 + 13) % len(l.plan.Units)
		call := fmt.Sprintf("demo-%03d", i)
		agent.Account = l.Accounts[[]int{0, 8}[i%2]]
		signals := []desk.Signal{{Event: desk.EventRing, From: l.plan.Units[unit].People[0].Phone, At: at}}
		if i == 9 { // one nobody got to in time
			signals = append(signals, desk.Signal{Event: desk.EventHangUp, At: at.Add(24 * time.Second)})
		} else {
			signals = append(signals, desk.Signal{Event: desk.EventAnswer, At: at.Add(time.Duration(3+i%9) * time.Second)},
				desk.Signal{Event: desk.EventHangUp, At: at.Add(time.Duration(60+i*17%150) * time.Second)})
		}
		for _, s := range signals {
			s.Call, s.Line, s.Agent = call, "801", agent.Account
			if _, err := a.Desk.Connect(ctx, auth.System, l.Project, s); err != nil {
				return err
			}
		}
	}
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
