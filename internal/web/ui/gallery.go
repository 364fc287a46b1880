package ui

import (
	"context"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/text"
)

// Sheets are the pages of the gallery.
var Sheets = []string{"parts", "case", "list", "desk", "day", "board", "form", "empty", "error", "plain", "phone", "phone-large", "paper", "receipt"}

func sheetTitle(ctx context.Context, sheet string) string {
	names := map[string]text.Both{
		"parts": text.B("部件", "Parts"), "case": text.B("事项页", "Case"), "list": text.B("列表", "List"), "desk": text.B("前台", "Desk"), "day": text.B("今日", "Day"), "board": text.B("派单", "Board"),
		"form": text.B("填写", "Form"), "empty": text.B("空页", "Empty"), "error": text.B("出错", "Error"),
		"plain": text.B("登录样式", "Plain"), "phone": text.B("手机", "Phone"), "phone-large": text.B("手机大字", "Phone, large"),
		"paper": text.B("A4 表", "A4 form"), "receipt": text.B("小票", "Receipt"),
	}
	return names[sheet].In(text.LangOf(ctx))
}

func galleryViews(ctx context.Context, now string) []View {
	views := make([]View, 0, len(Sheets))
	for _, s := range Sheets {
		views = append(views, View{Title: sheetTitle(ctx, s), Path: "/gallery?page=" + s, Current: s == now})
	}
	return views
}

// swatch is a token with its meaning.
type swatch struct{ name, means string }

func swatches(ctx context.Context) []swatch {
	return []swatch{
		{"canvas", text.T(ctx, "底", "ground")}, {"accent", text.T(ctx, "强调，只此一色", "the one accent")},
		{"sheet", text.T(ctx, "纸", "sheet")}, {"accent-wash", text.T(ctx, "选中、已知", "chosen, known")},
		{"sunk", text.T(ctx, "表头、只读", "heads, read-only")}, {"late", text.T(ctx, "超时", "late")},
		{"line", text.T(ctx, "细线", "hairline")}, {"soon", text.T(ctx, "临期", "due soon")},
		{"edge", text.T(ctx, "框，3:1", "edge, 3:1")}, {"done", text.T(ctx, "完成、达标", "done, met")},
		{"ink", text.T(ctx, "字", "text")}, {"hold", text.T(ctx, "暂停", "on hold")},
		{"ink-2", text.T(ctx, "次要字", "second voice")}, {"ink-3", text.T(ctx, "标签、提示", "labels, hints")},
	}
}

func ago(ctx context.Context, d time.Duration) time.Time { return FrameOf(ctx).Now.Add(-d) }
func in(ctx context.Context, d time.Duration) time.Time  { return FrameOf(ctx).Now.Add(d) }

func galleryChips(ctx context.Context) []Chip {
	return []Chip{
		{State: Late, Due: ago(ctx, 24*time.Hour), Used: 1},
		{State: Soon, Due: in(ctx, 18*time.Minute), Used: .86},
		{State: Run, Due: in(ctx, 3*time.Hour+18*time.Minute), Soon: in(ctx, 3*time.Hour), Used: .62},
		{State: Hold, Due: in(ctx, 50*time.Hour), Words: text.T(ctx, "暂停 · 等配件", "paused · waiting for parts"), Used: .3},
		{State: Done, Words: text.T(ctx, "用 22 分，限 1 小时", "took 22 min of 1 h"), Used: .37},
	}
}

func gallerySteps(ctx context.Context) []Step {
	T := func(zh, en string) string { return text.T(ctx, zh, en) }
	return []Step{
		{T("受理", "Taken in"), "陈嘉", "11-18 14:10", StepDone}, {T("判级：重要", "Graded: major"), "吴海燕", "11-18 14:32", StepDone},
		{T("先止损", "Made safe"), T("秦刚到场劝停", "Qin Gang, on site"), "11-18 14:40", StepDone},
		{T("首次联系", "First answer"), T("吴海燕致电", "Wu Haiyan, call"), "11-18 15:05", StepDone},
		{T("报业委会", "Tell committee"), T("不需要", "not needed"), "", StepSkip},
		{T("处理", "Handling"), "吴海燕", T("剩 1 天 3 小时", "1 d 3 h left"), StepHere},
		{T("邻里调解", "Mediation"), T("两户到客服中心", "both at the centre"), T("约 11-20 15:00", "11-20 15:00"), ""},
		{T("答复客户", "Answer"), "陈嘉", "", ""}, {T("回访", "Follow-up"), T("3 天内", "within 3 days"), "", ""}, {T("归档", "Filed"), T("自动", "by itself"), "", ""},
	}
}

func galleryMissing(ctx context.Context) []Miss {
	T := func(zh, en string) string { return text.T(ctx, zh, en) }
	return []Miss{
		{Icon: "signature", What: T("两户签字的调解记录", "Mediation record signed by both"), Hint: T("今天 15:00 当面签，或各自手机签", "Today 15:00 in person, or each by phone"), Word: T("打印", "Print"), Path: "#print"},
		{Icon: "message-2", What: T("给周慧兰的答复", "Answer to Zhou Huilan"), Hint: T("要写明：谁、何时起、不再午休施工", "Must say who, from when, no work at noon"), Word: T("起草", "Draft"), Path: "#draft"},
		{Icon: "mood-check", What: T("回访满意", "Satisfied at follow-up"), Word: T("答复后开始", "begins after the answer")},
		{What: T("照片、录音、核实记录、整改通知", "Photos, recording, site record, notice"), Word: T("看", "See"), Path: "#see", Has: true},
	}
}

func galleryTimeline(ctx context.Context) []Entry {
	T := func(zh, en string) string { return text.T(ctx, zh, en) }
	return []Entry{
		{Clock: T("今天 15:00", "today 15:00"), Who: T("约定", "Agreed"), What: T("两户与装修队到客服中心调解室", "both households and the fitters meet at the centre"), State: EntryPlan},
		{When: ago(ctx, time.Minute), Who: "周慧兰", What: T("来电，漏水另立 WX-2611-0251，并再问噪音", "rang: leak opened as WX-2611-0251, asked about the noise again"), State: EntryNow},
		{When: ago(ctx, 90*time.Minute), Who: "吴海燕", What: T("向客服中心主任请示：二次违约，建议扣装修押金 500 元", "asked the director: second breach, proposes keeping 500 yuan of the deposit"), Quote: T("主任批：先调解，再犯一次即扣，书面告知。", "Director: mediate first; keep it at the next breach, in writing.")},
		{When: ago(ctx, 18*time.Hour+37*time.Minute), Who: "陈嘉", What: T("接周慧兰催问电话，已道歉，答应今天 11:30 前回话", "took Zhou Huilan's call, apologised, promised word by 11:30"), Quote: T("“说好中午不敲，十二点半又开始，电钻声最大。”", "“They said not at noon; half past twelve it starts again.”")},
		{When: ago(ctx, 44*time.Hour), Who: "阿卜杜热合曼·买买提江", What: T("受理来电，复述确认，告知 1 小时内主管会联系", "took the call, repeated it, said a supervisor will ring within the hour")},
	}
}

// galleryRow is a line of the sample list.
type galleryRow struct {
	number, place, room, who, what, team, by string
	chip                                     Chip
	at                                       time.Duration
	fen                                      int64
}

func galleryRows(ctx context.Context) []galleryRow {
	T := func(zh, en string) string { return text.T(ctx, zh, en) }
	chips := galleryChips(ctx)
	rows := []galleryRow{
		{"WX-2611-0251", "3栋1单元", "1502", "周慧兰", T("卫生间天花板滴水，地面积水，返修", "Bathroom ceiling drips, water on the floor, second time"), T("给排水", "Plumbing"), "何志强", chips[1], 0, 0},
		{"WX-2611-0245", "1栋1单元", "2101", "何秀英", T("电梯停运，问几点恢复", "Lift out of service, asks until when"), T("电梯", "Lift"), "顺达维保", chips[0], 34 * time.Minute, 0},
		{"WX-2611-0243", T("商铺", "Shop"), "A-12", "锦程万里供应链管理（杭州）有限公司城西分公司", T("外接招牌灯跳闸，须带报价单，业主要求避开午市 11:00–13:30 施工", "Sign lights trip; bring a quote; owner wants no work from 11:00 to 13:30"), T("电气", "Electrical"), "魏东", chips[2], 54 * time.Minute, 0},
		{"WX-2611-0240", "1栋1单元", "1902", "阿卜杜热合曼·买买提江", T("入户木门下沉，关不上", "Entrance door sags and will not shut"), T("土建", "Building"), "田家宝", chips[2], 3 * time.Hour, 12000},
		{"WX-2611-0236", "3栋2单元", "0704", "诸葛明远", T("阳台推拉门滑轮坏", "Balcony door roller broken"), T("土建", "Building"), "田家宝", chips[3], 17 * time.Hour, 8500},
	}
	for i := range 24 {
		r := rows[i%len(rows)]
		r.number, r.chip, r.at = "WX-2610-0"+string(rune('1'+i/10))+string(rune('0'+i%10))+"8", Chip{State: Done, Words: T("满意", "satisfied")}, time.Duration(i+40)*11*time.Hour
		r.fen = int64(i%4) * 128000
		rows = append(rows, r)
	}
	return rows
}

func galleryError() error {
	var f errs.Fields
	f.Add("reading", "meter.back", "比上月 1,286 小，请看表再填，或选“换表”", "Less than last month's 1,286: look again, or choose “meter changed”")
	f.Add("phone", "phone.short", "少了 1 位，手机号是 11 位", "One digit short: a mobile number has 11")
	return f.Err("gallery.invalid")
}

func keysOf(ctx context.Context) []Pick {
	T := func(zh, en string) string { return text.T(ctx, zh, en) }
	return []Pick{
		{"repair", T("维修", "Repair"), "1"}, {"complaint", T("投诉", "Complaint"), "2"}, {"enquiry", T("咨询", "Enquiry"), "3"}, {"help", T("求助", "Help"), "4"},
		{"pass", T("放行", "Pass"), "5"}, {"praise", T("表扬", "Praise"), "6"}, {"other", T("其他", "Other"), "7"},
	}
}

func galleryBoard(ctx context.Context) BoardProps {
	T := func(zh, en string) string { return text.T(ctx, zh, en) }
	day := []Job{
		{Title: "1-0805", Lines: []string{T("马桶漏水", "toilet leaks")}, Path: "/gallery", Start: 8.17, Hours: .83, State: JobDone},
		{Title: "3-1502", Lines: []string{T("天花板滴水", "ceiling drips"), T("10:57 前到", "by 10:57")}, Path: "/gallery", Start: 10.7, Hours: 1.25, State: JobNow},
		{Title: T("饭", "meal"), Start: 12, Hours: .5, State: JobOff},
		{Title: "5-0201", Lines: []string{T("热水管报价", "quote, hot pipe")}, Path: "/gallery", Start: 13.5, Hours: 1.5, State: JobPlan},
	}
	late := []Job{{Title: T("7栋 三层", "7栋, 3rd floor"), Lines: []string{T("走廊灯，第 2 次返修", "corridor lights, second time")}, Path: "/gallery", Start: 7.3, Hours: 3.4, State: JobLate}}
	names := []string{"何志强", "罗永", "孙立群", "魏东", "钱广志", "田家宝", "汪洋", T("顺达电梯维保有限公司", "Shunda Lift Maintenance"), "阿卜杜热合曼·买买提江"}
	b := BoardProps{Head: T("在岗 9 人", "9 on duty"), Now: 10.7}
	for i, n := range names {
		l := Lane{Name: n, Team: T("给排水", "Plumbing"), Count: T("4 单", "4"), Where: T("赶往 3栋1单元", "on the way to 3栋1单元"), Jobs: day, New: i == 4}
		if i == 2 {
			l.Jobs, l.Late, l.Where = late, true, T("应 10:15 回，未回", "due back 10:15, not back")
		}
		b.Lanes = append(b.Lanes, l)
	}
	return b
}

func galleryChart(ctx context.Context) ChartProps {
	c := ChartProps{ID: "chart", Title: text.T(ctx, "三声内接起", "Answered within three rings"), Unit: "%", Target: V(95)}
	s := Series{Name: text.T(ctx, "本项目", "This project")}
	for i, v := range gallerySeries {
		c.Labels = append(c.Labels, text.Tf(ctx, "第 %d 周", "week %d", 35+i))
		s.Values = append(s.Values, V(v))
	}
	c.Series = []Series{s}
	return c
}

var gallerySeries = []float64{94.1, 95.2, 96, 95.1, 97, 96.2, 97.1, 97.8, 97, 96.1, 97.9, 97.6}
