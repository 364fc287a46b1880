package casefile

import (
	"guanjia/internal/engine"
	"guanjia/internal/procedure"
	"guanjia/internal/text"
)

var kindWords = map[engine.EventKind]text.Both{
	engine.EvOpened:   text.B("受理", "opened it"),
	engine.EvNote:     text.B("记了一笔", "added a note"),
	engine.EvTold:     text.B("给客户回了话", "told the customer"),
	engine.EvPromise:  text.B("答应了客户", "promised the customer"),
	engine.EvPause:    text.B("暂停", "paused it"),
	engine.EvResume:   text.B("继续", "resumed it"),
	engine.EvAssign:   text.B("转交", "assigned it"),
	engine.EvOwner:    text.B("移交首问责任", "handed the ownership on"),
	engine.EvAmend:    text.B("更正了内容", "corrected answers"),
	engine.EvAbout:    text.B("定了房屋和客户", "set unit and customer"),
	engine.EvPaper:    text.B("收了文书", "took a paper in"),
	engine.EvJump:     text.B("人工调整了步骤", "moved it by hand"),
	engine.EvCancel:   text.B("取消", "cancelled it"),
	engine.EvReopen:   text.B("重新打开", "reopened it"),
	engine.EvMerge:    text.B("并案", "merged it"),
	engine.EvLevel:    text.B("时限升级", "a time limit reached a level"),
	engine.EvExternal: text.B("收到外部消息", "an outside event came in"),
}

// describe says in words what e did.
func describe(def *procedure.Definition, e engine.Event) text.Both {
	if e.Kind == engine.EvDone {
		if st := def.Step(e.Step); st != nil && !st.Title.IsZero() {
			return text.B("完成「"+st.Title.ZH+"」", "did “"+st.Title.In(text.EN)+"”")
		}
		return text.B("完成「"+e.Step+"」", "did “"+e.Step+"”")
	}
	if st := def.Step(e.Step); e.Kind == engine.EvExternal && st != nil && st.Do == procedure.KindWait && !st.Title.IsZero() {
		return text.B("「"+st.Title.ZH+"」结束", "“"+st.Title.In(text.EN)+"” ended")
	}
	if e.Kind == engine.EvAmend && onlyPictures(def, e) {
		return text.B("加了照片", "added photos")
	}
	return kindWords[e.Kind]
}

// onlyPictures reports whether an event brought pictures and nothing else.
func onlyPictures(def *procedure.Definition, e engine.Event) bool {
	for name := range e.Fields {
		if f := def.Field(name); f == nil || f.Type != procedure.TypePhoto {
			return false
		}
	}
	return len(e.Fields) > 0
}
