package messages

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Names of estates and buildings end in words like these.
const suffixes = "小区|花园|家园|公寓|新城|新村|新苑|广场|大厦|社区|山庄|庄园|华府|豪庭|御府|国际|世家|名苑|嘉苑|佳苑|雅苑|华庭|花苑|学府|公馆|别墅|宿舍|安置区|" +
	"城|苑|府|庭|湾|园|郡|邸"

var (
	placeName = regexp.MustCompile(`[\p{Han}A-Z0-9·]{2,14}?(?:` + suffixes + `)+`)
	// What stands before the name itself: region, street, road, and the verbs of subjects.
	placeBefore = regexp.MustCompile(`^.*(?:[省市区县]|街道|大道|镇|投诉|反映|举报|关于|咨询|请问|询问|建议|希望|坚决|反对|请求|恳请|强烈|要求|我们是|我是|居住在|住在|位于|购买了|购买|附近|旁边|我们|对面|对|距|街|局|强占|隐瞒|始发站|地处|坐落于|路口)`)
	placeAfter  = regexp.MustCompile(`(?:小区|社区|安置|一期|二期|三期|四期|五期|\d期)+$`)
)

// no are words that no name contains: they show that the ending is chance.
var no = regexp.MustCompile(`影响|政府|严重|配套|幼儿园|业主|物业|开发商|问题|附近|门口|垃圾|规划|违规|违法|建设|施工|小孩|居民|公办|民办|校园|法院|医院|学院|噪音|请|望|能否|或者|不开|迟迟|旁|楼下|何时|为何|什么|没有`)

// endingOnly are endings without a name before them.
var endingOnly = regexp.MustCompile(`^(?:` + suffixes + `|水|山|丽|星|花)+$`)

// common are words that look like names and are none.
var common = map[string]bool{"小区": true, "本小区": true, "该小区": true, "我小区": true, "各小区": true, "小区里": true, "这里": true, "那里": true, "哪里": true, "家里": true, "公园": true, "学院": true,
	"医院": true, "法院": true, "检察院": true, "幼儿园": true, "校园": true, "政府": true, "城": true, "园": true, "安置": true, "新建": true, "老旧": true, "商品房": true, "住宅": true, "居民": true, "电梯里": true, "区里": true,
	"安置小区": true, "居民小区": true, "附近小区": true, "住宅小区": true, "周边小区": true, "广场": true, "大厦": true, "社区": true, "宿舍": true, "公寓": true, "别墅": true, "新城": true, "人民政府": true, "国际": true, "市里": true, "房里": true, "屋里": true, "夜里": true, "公里": true}

// Places are the names of estates found in a set of messages.
type Places struct {
	names []string          // longest first
	same  map[string]string // 万科魅力之城 → 魅力之城
	given map[string]bool   // of one's own: found wherever they stand
}

// FindPlaces learns names of estates from the subjects: what stands before an
// ending like 小区 or 花园, without region and street, and was written in at
// least two messages. Given names (an estate's own) may be added with Add.
func FindPlaces(list []Message) *Places {
	count := map[string]int{}
	for _, m := range list {
		seen := map[string]bool{}
		for _, name := range candidates(m.Subject) {
			if !seen[name] {
				seen[name] = true
				count[name]++
			}
		}
	}
	p := &Places{same: map[string]string{}, given: map[string]bool{}}
	for name, n := range count {
		if n >= 2 {
			p.names = append(p.names, name)
		}
	}
	p.sort()
	// The builder's name before the estate's: the shorter, at least as frequent, stands for both.
	for _, long := range p.names {
		for _, short := range p.names {
			if short != long && utf8.RuneCountInString(short) >= 3 && strings.HasSuffix(long, short) && count[short] >= count[long] {
				p.same[long] = short
			}
		}
	}
	return p
}

// Add adds names that are known: the estate's own buildings and projects.
func (p *Places) Add(names ...string) {
	for _, n := range names {
		if n = fold(n); n == "" {
			continue
		}
		p.given[n] = true
		if !slices.Contains(p.names, n) {
			p.names = append(p.names, n)
		}
	}
	p.sort()
}

func (p *Places) sort() {
	slices.SortFunc(p.names, func(a, b string) int {
		return cmp.Or(cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a)), cmp.Compare(a, b))
	})
}

// In is the place a message is about: the first known name in its subject, else
// a name only this subject writes, else the first known one in the beginning of
// its text; "" when none is found.
func (p *Places) In(m Message) string {
	if found := p.first(fold(m.Subject)); found != "" {
		return found
	}
	for _, name := range candidates(m.Subject) {
		if utf8.RuneCountInString(name) >= 3 {
			return name
		}
	}
	return p.first(firstRunes(fold(m.Text), 200))
}

// apart reports that two messages, about places x and y as In says, are about
// different ones: neither speaks of the other's. The same words are then two matters.
func apart(a, b Message, x, y string) bool {
	return x != "" && y != "" && x != y && !strings.Contains(fold(b.Subject+b.Text), x) && !strings.Contains(fold(a.Subject+a.Text), y)
}

func (p *Places) first(s string) string {
	best, at := "", len(s)
	for _, name := range p.names { // the longest first: of names that begin together it wins
		if i := p.mention(s, name); i >= 0 && i < at {
			best, at = name, i
		}
	}
	if short, ok := p.same[best]; ok {
		return short
	}
	return best
}

// mention is where a name stands for its estate, -1 when it does not: followed
// by 街道, 路 or 湖 it is a region, a road or a lake of that name; and a name of
// two characters is one only where 小区 or the like follows.
func (p *Places) mention(s, name string) int {
	if p.given[name] {
		return strings.Index(s, name)
	}
	for from := 0; ; {
		i := strings.Index(s[from:], name)
		if i < 0 {
			return -1
		}
		at := from + i
		from = at + len(name)
		after := s[from:]
		if notEstate.MatchString(after) || utf8.RuneCountInString(name) <= 2 && !isEstate.MatchString(after) {
			continue
		}
		return at
	}
}

var (
	notEstate = regexp.MustCompile(`^(?:街道|镇|乡|路|大道|大桥|湖|河|中学|小学|学校|医院|站|地铁|派出所|社区居委)`)
	isEstate  = regexp.MustCompile(`^(?:小区|社区|住宅区|安置区|家属区|[a-z0-9一二三四五六七八九十]{1,2}(?:期|区|栋))`)
)

// candidates are possible names in a line of text.
func candidates(s string) []string {
	var out []string
	for _, raw := range placeName.FindAllString(strings.ToUpper(fold(s)), -1) {
		name := placeAfter.ReplaceAllString(raw, "") // first, or its 区 would be taken for a district
		name = placeBefore.ReplaceAllString(name, "")
		if i := strings.LastIndex(name, "路"); i >= 0 && utf8.RuneCountInString(name[i:]) > 3 && !common[name[i+len("路"):]] {
			name = name[i+len("路"):] // the road before it, but 丝路国际 stays whole
		}
		name = fold(name)
		if n := utf8.RuneCountInString(name); n < 2 || n > 10 || common[name] || endingOnly.MatchString(name) || no.MatchString(name) || strings.Trim(name, "0123456789") == "" {
			continue
		}
		out = append(out, name)
	}
	return out
}
