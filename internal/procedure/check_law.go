package procedure

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"guanjia/internal/text"
)

// An unlawful act is looked for in what a procedure does: names and titles of
// steps and papers, actions, arguments. What customers complain of or ask
// about (choices, fields) may carry any words.
var unlawful = []struct {
	rule string
	zh   *regexp.Regexp
	en   *regexp.Regexp
	what text.Both
	do   text.Both
}{
	{"LAW-01",
		regexp.MustCompile(`(断|停|掐|限)(止)?(供)?(水|电|气|暖|热|燃气)|(关|拉)(断)?(电)?闸`),
		regexp.MustCompile(`(cut|stop|suspend|disconnect|limit|switch(ed)? off|shut(ting)? off|withh[oe]ld)\W+(\w+\W+){0,3}(water|power|electricity|heat(ing)?|gas|utilit(y|ies)|supply)|(water|power|electricity|heat|gas|utility|supply)\W+(\w+\W+)?(cut|off|suspension|disconnection)`),
		text.B("不得停水、停电、停热、停气（民法典第 944 条）", "water, power, heat and gas are never cut off (Civil Code 944)"),
		text.B("改为催告，再诉讼或仲裁；结清账户写“最终抄表”", "demand the debt, then sue or arbitrate; closing an account is a final reading")},
	{"LAW-08",
		regexp.MustCompile(`(仅|只|必须|唯一).{0,6}(人脸|刷脸)|(人脸|刷脸).{0,6}(唯一|才能|方可)`),
		regexp.MustCompile(`(only|solely|must)\W+(\w+\W+){0,2}face|face\W+(\w+\W+)?only`),
		text.B("人脸识别不得是唯一的通行方式", "face recognition is never the only way in"),
		text.B("同时给出门禁卡、密码或人工登记", "offer a card, a code or registration by a person as well")},
	{"LAW-16",
		regexp.MustCompile(`搜(包|身|查)|检查(随身)?(包|物品)|(驱|赶)(逐|出)`),
		regexp.MustCompile(`search(ing)?\W+(\w+\W+)?(bag|person|belonging)s?|expel|evict`),
		text.B("保安不得搜查物品或驱逐人员", "guards search no bags and expel nobody"),
		text.B("客气询问；有危险时报警", "ask politely; call the police where there is danger")},
	{"LAW-16",
		regexp.MustCompile(`(体貌|相貌|长相|生活习惯)(特征)?`),
		regexp.MustCompile(`(note|record|describe)\W+(\w+\W+){0,2}(look|habit|appearance)s?`),
		text.B("不得记录住户的相貌和习惯", "residents' looks and habits are not noted"),
		text.B("删去", "remove it")},
	{"LAW-16",
		regexp.MustCompile(`末位淘汰`), regexp.MustCompile(`dismiss\W+(\w+\W+)?(lowest|last)`),
		text.B("不得末位淘汰", "the lowest-ranked is not dismissed"), text.B("改为培训和约定的考核后果", "train them, and use the consequences agreed for appraisals")},
	{"LAW-02",
		regexp.MustCompile(`(扣|留)(押|置|留|下)(货|物|行李|家具|设备|施工设备)|没收`),
		regexp.MustCompile(`(seiz|confiscat)(e|ing)|(hold(ing)?|keep(ing)?)\W+back\W+(\w+\W+)?(goods|furniture|equipment)`),
		text.B("不得扣押物品抵欠费", "goods are not held back for arrears"),
		text.B("提示欠费，请客户结清或签还款计划，由主管放行", "show the arrears, ask for settlement or a signed plan, let the supervisor release")},
}

// Actions no definition may reach, whoever offers them.
var unlawfulAction = regexp.MustCompile(`(^|[._])(cut|cutoff|cut_off|disconnect|suspend_supply|shutoff|shut_off|power_off|water_off|gas_off|heat_off|seize|expel)([._@]|$)`)

// law refuses acts that are not lawful today (LAW-01, LAW-02, LAW-08, LAW-16).
func (c *checker) law() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		c.lawful(s.Pos, s.Title.ZH, s.Title.EN, words(s.Name), words(s.Action))
		for _, k := range slices.Sorted(maps.Keys(s.Args)) {
			c.lawful(s.Pos, s.Args[k], words(s.Args[k]), words(k+"."+s.Args[k]))
			c.faceOnly(s.Pos, strings.Fields(s.Args[k]))
		}
		if s.Action != "" && unlawfulAction.MatchString(s.Action) {
			c.unlawful(s.Pos, 0)
		}
		c.faceOnly(s.Pos, s.By)
		for _, b := range s.Then {
			c.arrears(b)
		}
	}
	for i := range c.d.Papers {
		c.lawful(c.d.Papers[i].Pos, c.d.Papers[i].Title.ZH, c.d.Papers[i].Title.EN)
	}
	for i := range c.d.Fields {
		if f := &c.d.Fields[i]; f.Type == TypeChoice && len(f.Of) == 1 {
			c.faceOnly(f.Pos, []string{f.Of[0].Name})
		}
	}
	c.lawful(c.d.Pos, c.d.Title.ZH, c.d.Title.EN)
}

// words makes a name readable for the patterns: "utility.cut_power" → "utility cut power".
func words(name string) string {
	return strings.NewReplacer(".", " ", "_", " ", "@", " ").Replace(name)
}

// Works on a supply are lawful where they are works: a pump is repaired, a
// notice of it is posted. Words of debt beside them take that excuse away.
var (
	works = regexp.MustCompile(`检修|维修|抢修|作业|施工|应急|恢复|演练|故障|maintenance|repair|works\b|emergency|restor|drill|fault`)
	debt  = regexp.MustCompile(`欠|费|催|缴|arrears|debt|unpaid|overdue|dunning|\bfees?\b`)
)

// aboutDebt reports whether the procedure has to do with money owed.
func (c *checker) aboutDebt() bool {
	words := []string{c.d.Title.ZH, strings.ToLower(c.d.Title.EN), words(c.d.Name), words(strings.Join(c.d.Facts, " "))}
	for i := range c.d.Steps {
		words = append(words, c.d.Steps[i].Title.ZH, strings.ToLower(c.d.Steps[i].Title.EN))
	}
	return strings.Contains(c.d.Pos.File, "/billing/") || slices.ContainsFunc(words, debt.MatchString)
}

func (c *checker) lawful(pos Pos, texts ...string) {
	for i, u := range unlawful {
		if u.rule == "LAW-01" && works.MatchString(strings.ToLower(strings.Join(texts, " "))) && !c.aboutDebt() {
			continue
		}
		if slices.ContainsFunc(texts, func(t string) bool { return u.zh.MatchString(t) || u.en.MatchString(strings.ToLower(t)) }) {
			c.unlawful(pos, i)
		}
	}
}

func (c *checker) unlawful(pos Pos, i int) {
	u := unlawful[i]
	if !slices.ContainsFunc(c.ps.list, func(p Problem) bool { return p.Pos == pos && p.Code == "law" && p.What == u.what }) {
		c.refuseFor(u.rule, pos, "law", u.what, u.do)
	}
}

func (c *checker) faceOnly(pos Pos, ways []string) {
	if len(ways) == 1 && (ways[0] == "face" || strings.HasPrefix(ways[0], "face_")) {
		c.unlawful(pos, 1)
	}
}

// arrears refuses to make other business wait for a debt (LAW-16); dunning and
// bills themselves live under procedures/billing.
func (c *checker) arrears(b Branch) {
	if b.When == nil || strings.Contains(c.d.Pos.File, "/billing/") {
		return
	}
	if slices.ContainsFunc(b.When.Names(), func(n string) bool {
		return n == "arrears" || strings.HasPrefix(n, "arrears.") || strings.HasSuffix(n, ".arrears")
	}) {
		c.refuseFor("LAW-16", b.Pos, "law", text.B("欠费不得成为不办其他事的理由", "arrears are no reason to refuse other business"),
			text.B("办事，同时把欠费告诉前台", "do the business, and show the arrears to the desk"))
	}
}
