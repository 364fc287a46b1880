package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/estate"
)

// entriesAtOnce is how many lines of registers go into one transaction.
const entriesAtOnce = 400

// registers fills the registers that every house has: mailboxes, keys of empty
// units, parking spaces with the cars on them.
func (l *Loaded) registers(ctx context.Context, a *app.App) error {
	b, err := a.Estate.OpenBatch(ctx, auth.System, l.Project, "演示登记表", "demo")
	if err != nil {
		return err
	}
	for entries := range slices.Chunk(l.entries(), entriesAtOnce) {
		if err := a.Estate.AddToBatch(ctx, auth.System, b, estate.BatchRows{Entries: entries}); err != nil {
			return err
		}
	}
	return a.Estate.PublishBatch(ctx, auth.System, b)
}

func (l *Loaded) entries() []estate.NewEntry {
	r := rand.New(rand.NewPCG(20261120, 9))
	var list []estate.NewEntry
	space := 0
	for i, u := range l.plan.Units {
		unit, person, resident := l.units[i], l.people[i], u.People[0]
		if u.Use != "shop" {
			list = append(list, estate.NewEntry{
				Register: "mailboxes", Label: u.Building + u.Entrance + " " + u.Room, Unit: unit, State: "used", Data: map[string]string{"keys": "2"},
			})
		}
		if u.State == "vacant" { // the keys stay with the centre until the unit is handed over
			list = append(list, estate.NewEntry{
				Register: "keys", Label: u.Plate() + " 入户门", Unit: unit, State: "kept", Data: map[string]string{"part": "door", "count": "5"},
			})
			continue
		}
		if r.IntN(100) >= 44 {
			continue
		}
		space++
		label := fmt.Sprintf("B1-%03d", space)
		e := estate.NewEntry{Register: "spaces", Label: label, Unit: unit, Person: person, State: "sold", Holder: resident.Name, Data: map[string]string{"sort": "owned", "person": resident.Name}}
		if r.IntN(3) > 0 {
			e.State, e.Data["sort"], e.Data["rent"] = "let", "let", "35000"
			e.Since, e.Due = Now.AddDate(0, -3-r.IntN(8), 0).Format(time.DateOnly), Now.AddDate(0, 1+r.IntN(9), 0).Format(time.DateOnly)
		}
		plate := "苏A" + strconv.Itoa(10000+space*37%90000)
		e.Data["plate"] = plate
		list = append(list, e, estate.NewEntry{
			Register: "vehicles", Label: plate, Unit: unit, Person: person, State: "in_use", Data: map[string]string{"sort": "car", "card": fmt.Sprintf("C%05d", 20000+space), "space": label, "person": resident.Name, "phone": resident.Phone},
		})
	}
	return list
}
