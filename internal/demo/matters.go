package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Matter is one thing somebody said to the centre in the past year, and how
// it went. The loader plays it through the rooms.
type Matter struct {
	At       time.Time
	Unit     int // index into Plan.Units
	Kind     string
	Channel  string
	Words    string
	Place    string
	Trade    string
	Sort     string // fault of a repair, kind of a complaint or an enquiry
	Grade    string // urgent, ordinary; complaints: major, important, minor
	Common   bool
	Paid     int64 // fen, 0: free
	Takes    time.Duration
	Rating   int
	Late     bool // the work took longer than promised
	Open     bool // still open at Now
	Step     int  // open ones: how many steps were done
	Desk     int  // index into Team of who took it
	Tech     int  // index into Team
	Unhappy  bool // says no at the follow-up, so that it is done again
	Against  string
	Solution string
}

type line struct {
	words, place, trade, sort, grade string
	common                           bool
	paid                             int64
	solution                         string
}

var repairLines = []line{
	{"卫生间天花板一直在滴水，地上已经积水了，楼上好像没人", "户内·卫生间", "plumbing", "leak", "urgent", false, 0, "楼上地漏密封老化，更换密封圈并补胶"},
	{"厨房下水很慢，洗碗要等半天", "户内·厨房", "plumbing", "sewer", "general", false, 6000, "疏通支管，清出油垢"},
	{"马桶水箱不停水，一晚上都在响", "户内·卫生间", "plumbing", "water", "general", false, 4500, "更换进水阀"},
	{"阳台地漏返水，有异味", "户内·阳台", "plumbing", "sewer", "general", false, 0, "清理立管弯头，加装防臭芯"},
	{"热水器角阀渗水，拿盆接着", "户内·卫生间", "plumbing", "leak", "general", false, 3800, "更换角阀"},
	{"家里突然停电，邻居都有电", "户内·配电箱", "electric", "power", "urgent", false, 0, "漏电保护跳闸，查出热水器漏电，请客户联系厂家"},
	{"客厅插座没电了，开关正常", "户内·客厅", "electric", "power", "general", false, 3000, "插座接线松脱，重新压接"},
	{"楼道灯不亮，晚上下楼看不见", "楼道", "electric", "light", "general", true, 0, "更换声控开关"},
	{"地下车库入口那一排灯全灭了", "地下车库", "electric", "light", "general", true, 0, "更换整流器两只"},
	{"单元门禁刷卡没反应，进不了门", "单元门", "low_voltage", "gate", "general", true, 0, "读卡器重新供电，复位"},
	{"客厅可视对讲没有声音", "户内·玄关", "low_voltage", "gate", "general", false, 0, "更换听筒线"},
	{"入户木门下沉，关不上", "户内·入户门", "carpentry", "door", "general", false, 12000, "校正合页，垫高"},
	{"阳台推拉门滑轮坏了，推不动", "户内·阳台", "carpentry", "door", "general", false, 8500, "更换滑轮一组"},
	{"卧室飘窗外侧渗水，下雨就湿一片", "户内·卧室", "carpentry", "wall", "general", false, 0, "外窗密封胶重打，雨后复看"},
	{"大堂玻璃门闭门器漏油，关门很响", "大堂", "carpentry", "door", "general", true, 0, "更换闭门器"},
	{"电梯里有异响，到七楼抖一下", "电梯", "lift", "lift", "general", true, 0, "维保单位调整导靴"},
	{"电梯停在一楼不动了，按哪层都不走", "电梯", "lift", "lift", "urgent", true, 0, "门锁回路故障，维保单位修复"},
	{"楼下垃圾桶旁边的水管漏水，流到路上了", "园区道路", "plumbing", "leak", "urgent", true, 0, "更换绿化快接阀"},
	{"厨房水龙头松动，左右晃", "户内·厨房", "plumbing", "water", "general", false, 2500, "紧固底座，换垫片"},
	{"卫生间镜前灯一闪一闪", "户内·卫生间", "electric", "light", "general", false, 3500, "更换驱动电源"},
	{"儿童房墙面起鼓掉皮，靠外墙那边", "户内·卧室", "carpentry", "wall", "general", false, 0, "外墙渗水，报开发商保修"},
	{"楼顶平台的门锁坏了，门一直敞着", "屋面", "carpentry", "door", "general", true, 0, "更换门锁，钥匙交值班室"},
}

var complaintLines = []line{
	{"楼上天天中午敲，跟装修的讲了没用", "户内", "", "fitout_noise", "important", false, 0, "与装修队约定午休停工，门口张贴时间"},
	{"垃圾桶两天没清，夏天味道很大", "园区", "", "cleanliness", "minor", true, 0, "保洁加一次清运，班长每晚查"},
	{"保安让外卖电动车骑进园区，差点撞到老人", "园区道路", "", "safety", "major", true, 0, "当班保安调岗，入口加设减速与登记"},
	{"楼道里堆着纸箱和自行车，消防通道都堵了", "楼道", "", "safety", "important", true, 0, "限期清理，张贴告知，复查合格"},
	{"快递驿站晚上很吵，拖车声音大", "商铺", "", "noise", "minor", false, 0, "驿站改用静音推车，九点后不卸货"},
	{"前台上次说三天回话，一直没人打给我", "服务中心", "", "service", "important", false, 0, "向客户致歉，主管每天查承诺"},
	{"小区草坪全是狗粪，没人管", "园区绿地", "", "cleanliness", "minor", true, 0, "增设拾便箱，劝导养犬户"},
	{"地下车库有人私占我的车位", "地下车库", "", "parking", "important", true, 0, "通知挪车，加装地锁"},
	{"水箱清洗没有提前通知，早上没水用", "水箱", "", "service", "important", true, 0, "致歉并改为提前三天张贴与短信"},
	{"楼下店铺油烟往上飘，窗户都不敢开", "商铺", "", "other", "minor", false, 0, "商户加装净化器，复测达标"},
}

var enquiryLines = []line{
	{"想问一下装修要办什么手续，押金多少", "", "", "procedures", "", false, 0, "告知装修申请材料与押金，发了清单"},
	{"租客要搬走，放行条怎么开", "", "", "procedures", "", false, 0, "告知放行条办理时间与所需签字"},
	{"车位月租还能不能申请，要排多久", "", "", "parking", "", false, 0, "告知排队名次与预计时间"},
	{"物业费可以按季度交吗", "", "", "fees", "", false, 0, "告知缴费方式"},
	{"暖气什么时候开始试水", "", "", "other", "", false, 0, "告知试水日期，家里要留人"},
	{"外墙招牌尺寸能不能放宽一点", "", "", "procedures", "", false, 0, "问过工程部后答复：按统一尺寸"},
	{"门禁卡丢了怎么补", "", "", "procedures", "", false, 0, "告知补卡手续与工本费"},
	{"想借一下推车搬东西", "", "", "other", "", false, 0, "登记借出，当天归还"},
}

// visitLines are what customers say when somebody calls on them; place is the
// purpose of the visit, solution the answer to an opinion.
var visitLines = []line{
	{words: "住得舒心，保洁和门岗都好", place: "例行走访，征求意见"},
	{words: "夜里巡逻的人少见到，地下车库灯暗", place: "例行走访，征求意见", sort: "秩序", solution: "夜班加一趟车库巡查，坏灯三天内换齐"},
	{words: "电梯偶尔抖动，希望提前告知保养时间", place: "例行走访，征求意见", sort: "电梯", solution: "保养前一天在电梯厅和业主群告知"},
	{words: "装修时间应当再严一点", place: "听取意见，说明改进", sort: "装修", solution: "午休时段改由当班班长巡查装修户"},
	{words: "家里老人多，谢谢常来看看", place: "走访独居老人"},
	{words: "商铺门前卸货位不够", place: "走访商户，征求意见", sort: "停车", solution: "早七点前开放东门临时卸货位"},
}

const (
	yearOfMatters = 2400
	yearOfVisits  = 96
)

// makeMatters draws a year of matters, oldest first: more repairs in the rainy
// summer, few at night, a handful still open at Now.
func makeMatters(r *rand.Rand, units []Unit) []Matter {
	list := make([]Matter, 0, yearOfMatters)
	for range yearOfMatters {
		days := r.IntN(365)
		at := Now.AddDate(0, 0, -days)
		at = time.Date(at.Year(), at.Month(), at.Day(), 7+r.IntN(14), r.IntN(60), r.IntN(60), 0, at.Location())
		if at.After(Now.Add(-10 * time.Minute)) {
			at = at.AddDate(0, 0, -1)
		}
		if r.IntN(12) == 0 { // a night call
			at = at.Add(time.Duration(r.IntN(4)-8) * time.Hour)
		}
		list = append(list, makeMatter(r, units, at))
	}
	for i := range yearOfVisits {
		day := Now.AddDate(0, 0, -3-i*355/yearOfVisits)
		at := time.Date(day.Year(), day.Month(), day.Day(), 9+r.IntN(8), r.IntN(60), 0, 0, day.Location())
		m, l := makeMatter(r, units, at), pick(r, visitLines)
		m.Kind, m.Channel, m.Words, m.Place, m.Sort, m.Solution, m.Trade = "visit", "visit", l.words, l.place, l.sort, l.solution, ""
		m.Common, m.Unhappy = false, false
		list = append(list, m)
	}
	for i := range 34 { // this morning
		at := Now.Add(-time.Duration(4+i*6+r.IntN(6)) * time.Minute)
		m := makeMatter(r, units, at)
		m.Late, m.Takes = false, time.Duration(15+r.IntN(40))*time.Minute
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b Matter) int { return a.At.Compare(b.At) })
	for i := range list { // the last days are still in hand
		m := &list[i]
		age := Now.Sub(m.At)
		m.Open = age < 4*time.Hour || age < 26*time.Hour && i%3 != 0 || age < 5*24*time.Hour && i%13 == 0
		if m.Open {
			m.Step = 2 + i%6
			if age < 4*time.Hour { // this morning: as far as time allows, a few not sent out yet
				m.Step = 99
				if i%8 == 0 {
					m.Step = i % 2
				}
			}
		}
	}
	return list
}

func makeMatter(r *rand.Rand, units []Unit, at time.Time) Matter {
	unit := r.IntN(len(units))
	for units[unit].State == "vacant" {
		unit = r.IntN(len(units))
	}
	m := Matter{At: at, Unit: unit, Channel: pick(r, []string{"phone", "phone", "phone", "visit", "resident", "resident", "patrol"})}
	m.Desk = pick(r, []int{0, 0, 8})
	m.Rating = pick(r, []int{5, 5, 5, 5, 4, 4, 4, 3, 2})
	m.Takes = time.Duration(25+r.IntN(400)) * time.Minute
	var l line
	switch roll := r.IntN(100); {
	case roll < 68:
		m.Kind, l = "repair", pick(r, repairLines)
		m.Late = r.IntN(22) == 0
	case roll < 80:
		m.Kind, l = "complaint", pick(r, complaintLines)
		m.Against = pick(r, []string{"service", "engineering", "security", "cleaning"})
		m.Late = r.IntN(12) == 0
	default:
		m.Kind, l = "enquiry", pick(r, enquiryLines)
	}
	m.Words, m.Place, m.Trade, m.Sort, m.Grade = l.words, l.place, l.trade, l.sort, l.grade
	m.Common, m.Paid, m.Solution = l.common, l.paid, l.solution
	m.Unhappy = m.Rating <= 2 && m.Kind == "repair" && !m.Common && r.IntN(4) == 0
	m.Tech = technician(r, m.Trade)
	if strings.HasPrefix(m.Place, "户内") && units[unit].Use == "shop" {
		m.Place = strings.Replace(m.Place, "户内", "铺内", 1)
	}
	return m
}

// technician picks one of the trade; lifts go to the electricians, who call the
// maintenance firm.
func technician(r *rand.Rand, trade string) int {
	var can []int
	for i, s := range Team {
		if s.Trade == trade || trade == "lift" && s.Trade == "electric" {
			can = append(can, i)
		}
	}
	if len(can) == 0 {
		return -1
	}
	return pick(r, can)
}

// Plate is how a unit is spoken of: "3栋1单元-1502".
func (u Unit) Plate() string { return fmt.Sprintf("%s%s-%s", u.Building, u.Entrance, u.Room) }
