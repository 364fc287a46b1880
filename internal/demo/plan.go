package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"guanjia/internal/calendar"
)

// Now is the time the demo starts at.
var Now = time.Date(2026, 11, 20, 10, 42, 0, 0, calendar.Zone)

// Project is what the demo project is called, and the profile it runs on.
const (
	ProjectCode    = "linjiang"
	ProjectName    = "临江苑"
	ProjectProfile = "residential"
	Password       = "guanjia-demo" // of every demo account; the demo listens on loopback only
)

// Staff is one account of the demo.
type Staff struct {
	Login string
	Name  string
	Role  string
	Trade string // technicians: plumbing, electric, carpentry, low_voltage, lift
	Phone string
}

// Team lists the demo's people, one log-in for each role first.
var Team = []Staff{
	{"linxiao", "林晓", "desk", "", "13900001101"},
	{"wuhaiyan", "吴海燕", "supervisor", "", "13900001102"},
	{"hezhiqiang", "何志强", "technician", "plumbing", "13900001103"},
	{"zhoujian", "周健", "department_head", "", "13900001104"},
	{"shenwen", "沈雯", "director", "", "13900001105"},
	{"xumin", "徐敏", "cashier", "", "13900001106"},
	{"qingang", "秦刚", "guard", "", "13900001107"},
	{"admin", "管理员", "admin", "", "13900001108"},
	{"chenjia", "陈嘉", "desk", "", "13900001109"},
	{"luoyong", "罗永", "technician", "plumbing", "13900001110"},
	{"sunliqun", "孙立群", "technician", "electric", "13900001111"},
	{"weidong", "魏东", "technician", "electric", "13900001112"},
	{"qianguangzhi", "钱广志", "technician", "carpentry", "13900001113"},
	{"tianjiabao", "田家宝", "technician", "carpentry", "13900001114"},
	{"wangyang", "汪洋", "technician", "low_voltage", "13900001115"},
}

// Building is one block of the plan.
type Building struct {
	Name      string // "3栋"
	Entrances int    // 0 for a row of shops
	Floors    int
	PerFloor  int
	Shops     int
}

// Unit is one house of the plan.
type Unit struct {
	Building string
	Entrance string // "2单元", "" for shops
	Floor    int
	Room     string
	Area     int64 // hundredths of a square metre
	Use      string
	State    string
	HandOver time.Time
	People   []Resident
}

// Resident is who holds or lives in a unit.
type Resident struct {
	Name     string
	Company  bool
	Sex      string
	Capacity string // owner, tenant, household_member
	Phone    string
	From     time.Time
	Born     int // year
}

// Plan is everything the demo is made of.
type Plan struct {
	Buildings []Building
	Units     []Unit
	Matters   []Matter
}

// MakePlan draws the plan; the same every time.
func MakePlan() Plan {
	r := rand.New(rand.NewPCG(20261120, 1042))
	p := Plan{}
	for i := 1; i <= 8; i++ {
		p.Buildings = append(p.Buildings, Building{Name: fmt.Sprintf("%d栋", i), Entrances: 2, Floors: 18, PerFloor: 4})
	}
	p.Buildings = append(p.Buildings, Building{Name: "商铺", Shops: 48})
	phones := phoneBook{r: r, used: map[string]bool{}}
	for _, b := range p.Buildings {
		for e := 1; e <= b.Entrances; e++ {
			for f := 1; f <= b.Floors; f++ {
				for n := 1; n <= b.PerFloor; n++ {
					p.Units = append(p.Units, makeHome(r, &phones, b.Name, e, f, n))
				}
			}
		}
		for n := 1; n <= b.Shops; n++ {
			p.Units = append(p.Units, makeShop(r, &phones, b.Name, n))
		}
	}
	p.Matters = makeMatters(r, p.Units)
	return p
}

var homeAreas = []int64{8890, 11240, 12860, 14315}

func makeHome(r *rand.Rand, phones *phoneBook, building string, entrance, floor, n int) Unit {
	u := Unit{
		Building: building, Entrance: fmt.Sprintf("%d单元", entrance), Floor: floor,
		Room: fmt.Sprintf("%02d%02d", floor, n), Area: homeAreas[n-1], Use: "residence",
		HandOver: day(2019+r.IntN(4), 1+r.IntN(12), 1+r.IntN(28)),
	}
	surname := pick(r, surnames)
	owner := Resident{
		Name: surname + given(r), Sex: pick(r, []string{"f", "m"}), Capacity: "owner",
		Phone: phones.mobile(), From: u.HandOver, Born: 1944 + r.IntN(55),
	}
	u.People = []Resident{owner}
	switch roll := r.IntN(100); {
	case roll < 6:
		u.State = "vacant"
	case roll < 9:
		u.State = "fit_out"
	case roll < 25:
		u.State = "let"
		since := day(2024+r.IntN(2), 1+r.IntN(12), 1+r.IntN(28))
		u.People = append(u.People, Resident{
			Name: pick(r, surnames) + given(r), Sex: pick(r, []string{"f", "m"}), Capacity: "tenant",
			Phone: phones.mobile(), From: since, Born: 1970 + r.IntN(33),
		})
	default:
		u.State = "owner_occupied"
		for range r.IntN(3) {
			u.People = append(u.People, Resident{
				Name: pick(r, []string{surname, pick(r, surnames)}) + given(r), Sex: pick(r, []string{"f", "m"}),
				Capacity: "household_member", Phone: phones.mobile(), From: u.HandOver, Born: 1950 + r.IntN(55),
			})
		}
	}
	return u
}

func makeShop(r *rand.Rand, phones *phoneBook, building string, n int) Unit {
	u := Unit{
		Building: building, Floor: 1, Room: fmt.Sprintf("%s-%02d", []string{"A", "B"}[(n-1)/24], (n-1)%24+1),
		Area: int64(3200 + r.IntN(90)*100), Use: "shop", State: "let", HandOver: day(2020, 1+r.IntN(12), 1+r.IntN(28)),
	}
	u.People = []Resident{
		{Name: pick(r, surnames) + given(r), Capacity: "owner", Phone: phones.mobile(), From: u.HandOver, Born: 1955 + r.IntN(35)},
		{Name: shopNames[(n-1)%len(shopNames)], Company: true, Capacity: "tenant", Phone: phones.landline(), From: day(2023+r.IntN(3), 1+r.IntN(12), 1)},
	}
	return u
}

func day(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, calendar.Zone) }

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func given(r *rand.Rand) string {
	if r.IntN(4) == 0 {
		return pick(r, givenOne)
	}
	return pick(r, givenFirst) + pick(r, givenSecond)
}

type phoneBook struct {
	r    *rand.Rand
	used map[string]bool
}

func (b *phoneBook) mobile() string {
	return b.fresh(func() string {
		return pick(b.r, []string{"136", "137", "138", "139", "150", "158", "177", "186", "189"}) + fmt.Sprintf("%08d", b.r.IntN(100000000))
	})
}

func (b *phoneBook) landline() string {
	return b.fresh(func() string { return fmt.Sprintf("0258%07d", b.r.IntN(10000000)) })
}

func (b *phoneBook) fresh(draw func() string) string {
	for {
		if p := draw(); !b.used[p] {
			b.used[p] = true
			return p
		}
	}
}
