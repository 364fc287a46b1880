package procedure

import (
	"strconv"
	"strings"

	"guanjia/internal/text"
)

// OutcomeTitle is an outcome as people read it on buttons and charts. A word
// of a waiting step's own stays as it is.
func OutcomeTitle(word string) text.Both {
	if b, ok := outcomeTitles[word]; ok {
		return b
	}
	return text.B(word, strings.ReplaceAll(word, "_", " "))
}

var outcomeTitles = map[string]text.Both{
	"done": text.B("完成", "Done"), "approved": text.B("同意", "Approved"), "returned": text.B("退回", "Returned"), "refused": text.B("拒绝", "Refused"),
	"sent": text.B("已派", "Sent"), "accepted": text.B("接受", "Accepted"), "declined": text.B("不接受", "Declined"),
	"arrived": text.B("到场", "Arrived"), "no_entry": text.B("进不了门", "No entry"), "agreed": text.B("谈妥", "Agreed"), "not_agreed": text.B("未谈妥", "Not agreed"),
	"paid": text.B("已付", "Paid"), "signed": text.B("已签", "Signed"), "passed": text.B("合格", "Passed"), "failed": text.B("不合格", "Failed"),
	"reached": text.B("联系上", "Reached"), "not_reached": text.B("没联系上", "Not reached"),
	"satisfied": text.B("满意", "Satisfied"), "dissatisfied": text.B("不满意", "Dissatisfied"), "told": text.B("已告知", "Told"),
	"due": text.B("到时间", "Time is up"), "complete": text.B("收齐", "Complete"), "": text.B("其他情况", "otherwise"),
}

// KindTitle is a kind of step as people read it.
func KindTitle(k Kind) text.Both { return kindTitles[k] }

var kindTitles = map[Kind]text.Both{
	KindForm: text.B("填写", "fill in"), KindApprove: text.B("审批", "approve"), KindDispatch: text.B("派出", "send out"), KindAccept: text.B("接受", "accept"),
	KindArrive: text.B("到场", "arrive"), KindQuote: text.B("报价", "quote"), KindPay: text.B("付款", "pay"), KindSign: text.B("签名", "sign"), KindInspect: text.B("查验", "inspect"),
	KindCall: text.B("打电话", "call"), KindMeet: text.B("碰面", "meet"), KindVisit: text.B("回访", "follow up"), KindNotify: text.B("告知", "tell"), KindWait: text.B("等待", "wait"),
	KindAction: text.B("自动办理", "by itself"), KindClose: text.B("结束", "end"),
}

// FieldTypeTitle is a type of field as people read it.
func FieldTypeTitle(t FieldType) text.Both { return typeTitles[t] }

var typeTitles = map[FieldType]text.Both{
	TypeWords: text.B("文字", "words"), TypeText: text.B("一行字", "a line"), TypeNumber: text.B("数", "a number"), TypeMoney: text.B("金额", "an amount"), TypeYesNo: text.B("是否", "yes or no"),
	TypeDate: text.B("日期", "a date"), TypeTime: text.B("时间", "a time"), TypeChoice: text.B("选择", "a choice"), TypePerson: text.B("人", "a person"), TypePlace: text.B("地点", "a place"),
	TypeDepartment: text.B("部门", "a department"), TypeTrade: text.B("工种", "a trade"), TypePhoto: text.B("照片", "photos"), TypeTable: text.B("表格", "a table"),
	TypeRating: text.B("评分", "a rating"), TypeSignature: text.B("签名", "a signature"),
}

// CondWords says a condition of d in words; figures name choices that come
// from the profile and may be nil.
func CondWords(d *Definition, f *Figures, c Cond) text.Both {
	if c == nil {
		return outcomeTitles[""]
	}
	k, ok := c.(*cond)
	if !ok {
		return text.B("总是", "always")
	}
	return sayer{d, f}.say(k.expr)
}

type sayer struct {
	d *Definition
	f *Figures
}

func (s sayer) say(e expr) text.Both {
	switch e := e.(type) {
	case andExpr:
		return s.join(e.list, "，且", " and ")
	case orExpr:
		return s.join(e.list, "或", " or ")
	case notExpr:
		b := s.say(e.of)
		return text.B("不是（"+b.ZH+"）", "not ("+b.EN+")")
	case *compare:
		return s.compare(e)
	}
	return text.Both{}
}

// short is a condition for a chart: where one choice decides, its name alone.
func (s sayer) short(c Cond) text.Both {
	if k, ok := c.(*cond); ok {
		if x, ok := k.expr.(*compare); ok && x.op == "=" {
			if f := s.d.Field(x.name); f != nil && f.Type != TypeYesNo {
				return s.operand(f, x.right[0])
			}
		}
	}
	return CondWords(s.d, s.f, c)
}

func (s sayer) join(list []expr, zh, en string) text.Both {
	var out text.Both
	for i, e := range list {
		b := s.say(e)
		if _, nested := e.(orExpr); nested {
			b = text.B("（"+b.ZH+"）", "("+b.EN+")")
		}
		if i > 0 {
			out.ZH, out.EN = out.ZH+zh, out.EN+en
		}
		out.ZH, out.EN = out.ZH+b.ZH, out.EN+b.EN
	}
	return out
}

var opWords = map[string]text.Both{
	"=": text.B("是", "is"), "≠": text.B("不是", "is not"), "<": text.B("低于", "below"), "≤": text.B("不高于", "at most"), ">": text.B("高于", "above"), "≥": text.B("不低于", "at least"),
	"in": text.B("是", "is"),
}

// factTitles are what rooms tell conditions, in words.
var factTitles = map[string]text.Both{
	"follow_up.left_out": text.B("这件不回访", "left out of follow-up"), "warranty.covers": text.B("在保修期内", "under warranty"),
}

func (s sayer) compare(x *compare) text.Both {
	f := s.d.Field(x.name)
	name, ok := factTitles[x.name]
	if !ok {
		name = text.B(x.name, x.name)
	}
	if f != nil {
		name = f.Title
	}
	switch {
	case x.op == "", f != nil && f.Type == TypeYesNo && x.op == "=" && x.right[0].word == "yes":
		return name
	case f != nil && f.Type == TypeYesNo && x.op == "=" && x.right[0].word == "no":
		return text.B("不是“"+name.ZH+"”", "not “"+name.EN+"”")
	}
	var zh, en []string
	for _, o := range x.right {
		b := s.operand(f, o)
		zh, en = append(zh, b.ZH), append(en, b.EN)
	}
	op := opWords[x.op]
	return text.B(name.ZH+op.ZH+strings.Join(zh, "、"), name.EN+" "+op.EN+" "+strings.Join(en, ", "))
}

func (s sayer) operand(f *Field, o operand) text.Both {
	switch {
	case o.path != "":
		if w, err := s.f.Word(o.path, nil); err == nil {
			return text.B(w, w)
		}
		return text.B(o.path, o.path)
	case o.isNum && f != nil && f.Type == TypeMoney:
		yuan := strconv.FormatFloat(o.num/100, 'f', -1, 64)
		return text.B(yuan+" 元", yuan+" yuan")
	case o.isNum:
		n := strconv.FormatFloat(o.num, 'f', -1, 64)
		return text.B(n, n)
	}
	if f != nil {
		for _, c := range f.Of {
			if c.Name == o.word {
				return c.Title
			}
		}
		if list, err := s.f.Choices(from(f), nil); err == nil {
			for _, c := range list {
				if c.Name == o.word {
					return c.Title
				}
			}
		}
	}
	return text.B(o.word, o.word)
}

// from is the figure path a field's choices come from, "" for none.
func from(f *Field) string {
	switch f.Type {
	case TypeTrade:
		return "trades"
	case TypeDepartment:
		return "departments"
	}
	return f.From
}
