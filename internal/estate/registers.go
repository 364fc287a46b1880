package estate

import "guanjia/internal/text"

// Registers are the lists of this room, in the order of their index.
var Registers = []Register{keys, mailboxes, spaces, waiting, vehicles, lettings, vips, segments, signs, findings}

// keys: every key of a unit and of common rooms, and who has it now (EST-11).
var keys = Register{
	Name: "keys", Title: text.B("钥匙登记表", "Keys"), Short: text.B("钥匙", "Keys"), Icon: "key", Form: "KF-11", Version: "1", Rule: "EST-11", Unique: true, Find: true, Late: "lent",
	Why: text.B("每把钥匙在谁手里，什么时候该还。", "Who has each key, and when it is due back."),
	Fields: []Field{
		labelField("钥匙编号", "Key"), room(false),
		pick("part", "用途", "For", Choices{choice("door", "入户门", "Front door"), choice("meter", "水表箱", "Meter box"), choice("mailbox", "信报箱", "Mailbox"), choice("plant", "机房", "Plant room"), choice("common", "公共区域", "Common room"), choice("other", "其他", "Other")}),
		things("count", "把数", "Number"), words("note", "备注", "Note"),
	},
	States: Choices{choice("kept", "在我方", "Kept by us"), choice("issued", "已发放", "Issued"), choice("lent", "借出", "Lent"), choice("lost", "遗失", "Lost"), choice("handed", "已移交", "Handed over")},
	Moves: []Move{
		{Name: "issue", Title: text.B("发放", "Issue"), From: []string{"kept"}, To: "issued", Holder: text.B("领取人", "Given to")},
		{Name: "lend", Title: text.B("借出", "Lend"), From: []string{"kept"}, To: "lent", Holder: text.B("借用人", "Lent to"), Due: text.B("应还日期", "Due back")},
		{Name: "return", Title: text.B("归还", "Return"), From: []string{"lent", "issued", "lost"}, To: "kept"},
		{Name: "lose", Title: text.B("报失", "Report lost"), From: []string{"kept", "lent", "issued"}, To: "lost", Note: true},
		{Name: "hand", Title: text.B("移交", "Hand over"), From: []string{"kept"}, To: "handed", Holder: text.B("接收人", "Received by"), Note: true},
	},
}

// mailboxes: box number per unit, with its keys (EST-12).
var mailboxes = Register{
	Name: "mailboxes", Title: text.B("信报箱一览表", "Mailboxes"), Short: text.B("信报箱", "Mailbox"), Icon: "mail", Form: "KF-12", Version: "1", Rule: "EST-12", Unique: true,
	Why:    text.B("每户的信报箱号和钥匙。", "The box of each unit, and its keys."),
	Fields: []Field{labelField("信报箱号", "Box"), room(true), count("keys", "钥匙数", "Keys"), words("note", "备注", "Note")},
	States: Choices{choice("used", "使用", "In use"), choice("free", "空闲", "Free"), choice("broken", "损坏", "Broken")},
	Moves: []Move{
		{Name: "free", Title: text.B("收回", "Take back"), From: []string{"used"}, To: "free"}, {Name: "use", Title: text.B("启用", "Put into use"), From: []string{"free", "broken"}, To: "used"},
		{Name: "broken", Title: text.B("报损", "Report broken"), From: []string{"used", "free"}, To: "broken", Note: true},
	},
}

// spaces: 车位租售情况一览表, with the custody contract (EST-09).
var spaces = Register{
	Name: "spaces", Title: text.B("车位租售情况一览表", "Parking spaces sold and let"), Short: text.B("车位", "Space"), Icon: "parking", Form: "KF-09", Version: "1", Rule: "EST-09", Unique: true, Find: true, Late: "let",
	Why: text.B("每个车位归谁、租给谁、到什么时候。", "Whose each space is, who rents it, until when."),
	Fields: []Field{
		labelField("车位号", "Space"), pick("sort", "类型", "Type", Choices{choice("owned", "产权", "Owned"), choice("let", "租赁", "For rent"), choice("shelter", "人防", "Civil defence"), choice("visitor", "访客", "Visitors"), choice("cycle", "非机动车", "Two-wheelers")}),
		room(false), person("使用人", "Used by", false), line("plate", "车牌号", "Plate"), fen("rent", "月租（元）", "Monthly rent (yuan)"),
		day(FieldSince, "起", "From"), day(FieldDue, "到期", "Until"), line("contract", "保管合同号", "Custody contract"), words("note", "备注", "Note"),
	},
	States: Choices{choice("free", "空闲", "Free"), choice("sold", "已售", "Sold"), choice("let", "已租", "Let"), choice("closed", "停用", "Closed")},
	Moves: []Move{
		{Name: "sell", Title: text.B("登记售出", "Record sale"), From: []string{"free", "let"}, To: "sold", Holder: text.B("买受人", "Buyer")},
		{Name: "let", Title: text.B("登记出租", "Record letting"), From: []string{"free", "sold"}, To: "let", Holder: text.B("承租人", "Tenant"), Due: text.B("租期到", "Until")},
		{Name: "renew", Title: text.B("续租", "Renew"), From: []string{"let"}, To: "let", Holder: text.B("承租人", "Tenant"), Due: text.B("租期到", "Until")},
		{Name: "free", Title: text.B("退租", "End"), From: []string{"let", "sold", "closed"}, To: "free"},
		{Name: "close", Title: text.B("停用", "Close"), From: []string{"free"}, To: "closed", Note: true},
	},
}

// waiting: who waits for a space, first come first served (EST-09).
var waiting = Register{
	Name: "waiting", Title: text.B("车位轮候表", "Parking waiting list"), Short: text.B("轮候", "Waiting"), Icon: "list-check", Form: "KF-09-2", Version: "1", Rule: "EST-09",
	Why:    text.B("先申请先得，谁在等、等了多久。", "First come, first served: who waits, since when."),
	Fields: []Field{labelField("申请编号", "Application"), room(true), person("申请人", "Applicant", true), line("plate", "车牌号", "Plate"), day(FieldSince, "申请日期", "Applied"), words("note", "备注", "Note")},
	States: Choices{choice("waiting", "轮候", "Waiting"), choice("offered", "已通知", "Offered"), choice("given", "已分配", "Given"), choice("left", "放弃", "Withdrawn")},
	Late:   "offered",
	Moves: []Move{
		{Name: "offer", Title: text.B("通知选位", "Offer a space"), From: []string{"waiting"}, To: "offered", Due: text.B("答复期限", "Answer by")},
		{Name: "give", Title: text.B("分配", "Give"), From: []string{"offered"}, To: "given", Note: true},
		{Name: "leave", Title: text.B("放弃", "Withdraw"), From: []string{"waiting", "offered"}, To: "left"},
	},
}

// vehicles: plate, owner, card (EST-10).
var vehicles = Register{
	Name: "vehicles", Title: text.B("车辆登记表", "Vehicles"), Short: text.B("车辆", "Car"), Icon: "car", Form: "KF-10", Version: "1", Rule: "EST-10", Unique: true, Find: true,
	Why: text.B("车牌找到人和房。", "From a plate to its people and unit."),
	Fields: []Field{
		labelField("车牌号", "Plate"), room(false), person("车主", "Owner", true), {Name: "phone", Title: text.B("电话", "Phone"), Kind: Dial, List: true},
		pick("sort", "车型", "Type", Choices{choice("car", "小车", "Car"), choice("electric", "电动车", "Electric bicycle"), choice("motor", "摩托车", "Motorcycle"), choice("special", "特种车", "Special vehicle")}),
		line("model", "品牌型号", "Make"), line("card", "车卡号", "Card"), line("space", "车位号", "Space"), words("note", "备注", "Note"),
	},
	States: Choices{choice("in_use", "在册", "Registered"), choice("gone", "注销", "Removed")},
	Moves:  []Move{{Name: "remove", Title: text.B("注销", "Remove"), From: []string{"in_use"}, To: "gone"}, {Name: "restore", Title: text.B("恢复", "Restore"), From: []string{"gone"}, To: "in_use"}},
}

// lettings: the owner registers the letting, the tenant's papers follow in
// time; the list the public-security office asks for (EST-14).
var lettings = Register{
	Name: "lettings", Title: text.B("出租房屋登记表", "Lettings"), Short: text.B("出租", "Letting"), Icon: "door", Form: "KF-14", Version: "1", Rule: "EST-14", Late: "registered", Papers: "letting.papers",
	Why: text.B("业主登记出租，租户证件限期补齐，只可居住，名单报公安机关。", "The owner registers the letting, the tenant's papers follow in time, residence only; the list goes to the public-security office."),
	Fields: []Field{
		labelField("登记编号", "Number"), room(true), person("出租人（业主）", "Owner", true), {Name: "tenant", Title: text.B("承租人", "Tenant"), Kind: Text, Required: true, List: true},
		{Name: "phone", Title: text.B("承租人电话", "Tenant's phone"), Kind: Dial, List: true}, count("heads", "居住人数", "Residents"),
		{Name: FieldSince, Title: text.B("登记日期", "Registered"), Kind: Date, Required: true, List: true}, day("lease_from", "租期起", "Lease from"), day("lease_to", "租期止", "Lease to"),
		pick("use", "用途承诺", "Use", Choices{choice("residence", "仅居住，不改用途", "Residence only, no change of use")}), words("note", "备注", "Note"),
	},
	States: Choices{choice("registered", "待补证件", "Papers to follow"), choice("complete", "证件齐全", "Papers complete"), choice("ended", "已退租", "Ended")},
	Moves: []Move{
		{Name: "papers", Title: text.B("证件已补齐", "Papers received"), From: []string{"registered"}, To: "complete"},
		{Name: "end", Title: text.B("退租", "End"), From: []string{"registered", "complete"}, To: "ended"},
	},
}

// vips: key customers, gone through again in time (EST-07). Interests and
// requests are kept only with their purpose (LAW-03).
var vips = Register{
	Name: "vips", Title: text.B("重点客户表", "Key customers"), Short: text.B("重点客户", "Key customer"), Icon: "star", Form: "KF-07", Version: "1", Rule: "EST-07", Late: "current", Renew: "visit.vip_refresh",
	Why: text.B("重点客户的要求按期更新。只记服务用得上、本人同意的内容。", "What key customers ask for, refreshed in time. Only what the service needs and they agreed to."),
	Fields: []Field{
		{Name: FieldPerson, Title: text.B("客户", "Customer"), Kind: Who, Required: true, List: true}, room(true),
		{Name: "purpose", Title: text.B("用途和依据", "Purpose and basis"), Kind: Text, Required: true, Hint: text.B("如：节日问候，本人 2026-05-06 同意", "Such as: greetings, agreed on 2026-05-06")},
		line("interests", "兴趣", "Interests"), line("requests", "特别要求", "Special requests"), words("opinions", "意见", "Opinions"), day(FieldDue, "下次更新", "Next refresh"),
	},
	States: Choices{choice("current", "在列", "Listed"), choice("left", "移出", "Removed")},
	Moves:  []Move{{Name: "remove", Title: text.B("移出", "Remove"), From: []string{"current"}, To: "left"}, {Name: "restore", Title: text.B("恢复", "Restore"), From: []string{"left"}, To: "current"}},
}

// segments: groups for visits and care, by hand or confirmed from a rule (EST-08).
// A label that judges a person is off until its purpose is recorded (LAW-03).
var segments = Register{
	Name: "segments", Title: text.B("客户分类表", "Customer segments"), Short: text.B("分类", "Segment"), Icon: "tag", Form: "KF-08", Version: "1", Rule: "EST-08",
	Why: text.B("安排走访和关怀用的分类；写明依据，本人可查可改。", "Groups for visits and care; the basis is written down, the customer may see and correct it."),
	Fields: []Field{
		{Name: FieldPerson, Title: text.B("客户", "Customer"), Kind: Who, Required: true, List: true}, room(true),
		pick("segment", "分类", "Segment", Choices{choice("loyal", "忠诚", "Loyal"), choice("general", "一般", "General"), choice("care", "需要关怀", "Needs care"), choice("mending", "关系修复", "To be won back"), choice(Judging, "问题客户", "Problem customer")}),
		{Name: "basis", Title: text.B("依据", "Basis"), Kind: Text, Required: true, List: true}, day(FieldSince, "确定日期", "Set on"),
	},
	States: Choices{choice("current", "有效", "Current"), choice("past", "撤销", "Withdrawn")},
	Moves:  []Move{{Name: "withdraw", Title: text.B("撤销", "Withdraw"), From: []string{"current"}, To: "past", Note: true}},
}

// signs: location, state, repair or replacement (EST-15), with the places a
// grade-3 estate must mark (EST-19).
var signs = Register{
	Name: "signs", Title: text.B("标识登记表", "Signs"), Short: text.B("标识", "Sign"), Icon: "map-pin", Form: "KF-15", Version: "1", Rule: "EST-15", Unique: true, Late: "damaged",
	Why: text.B("每块标识在哪里、好不好；主出入口平面图、路标、组团、楼栋、单元和门牌都要有。", "Where each sign is and its state; plan at the main exit, road signs, cluster, block, entrance and door."),
	Fields: []Field{
		labelField("编号", "Number"), pick("sort", "类别", "Type", Choices{
			choice("plan", "主出入口平面图", "Site plan at the main exit"), choice("road", "路标", "Road sign"), choice("cluster", "组团标识", "Cluster"), choice("block", "楼栋标识", "Block"),
			choice("entrance", "单元标识", "Entrance"), choice("door", "门牌", "Door"), choice("warning", "警示", "Warning"), choice("other", "其他", "Other"),
		}),
		{Name: "place", Title: text.B("位置", "Place"), Kind: Text, Required: true, List: true}, line("words", "内容", "Wording"), day(FieldSince, "检查日期", "Checked"), day(FieldDue, "修复期限", "Repair by"), words("note", "备注", "Note"),
	},
	States: Choices{choice("good", "完好", "Good"), choice("damaged", "损坏", "Damaged"), choice("removed", "已拆除", "Removed")},
	Moves: []Move{
		{Name: "damage", Title: text.B("报损", "Report damage"), From: []string{"good"}, To: "damaged", Due: text.B("修复期限", "Repair by"), Note: true},
		{Name: "repair", Title: text.B("已修复", "Repaired"), From: []string{"damaged"}, To: "good"}, {Name: "replace", Title: text.B("已更换", "Replaced"), From: []string{"damaged", "good"}, To: "good", Note: true},
		{Name: "remove", Title: text.B("拆除", "Remove"), From: []string{"good", "damaged"}, To: "removed", Note: true},
	},
}

// findings of taking a project over, to the builder until closed (EST-18).
var findings = Register{
	Name: "findings", Title: text.B("接管验收问题表", "Take-over findings"), Short: text.B("接管问题", "Finding"), Icon: "clipboard-check", Form: "KF-18", Version: "1", Rule: "EST-18", Unique: true, Late: "sent",
	Why: text.B("接管时现场和资料两样都查，问题交建设单位整改，全部关闭后才交房。", "On taking over, site and papers are both checked; findings go to the builder and are closed before any unit is handed over."),
	Fields: []Field{
		labelField("编号", "Number"), pick("category", "类别", "Category", Choices{choice("structure", "土建", "Structure"), choice("water", "给排水", "Water"), choice("power", "供配电", "Power"), choice("lift", "电梯", "Lifts"), choice("fire", "消防", "Fire"), choice("weak", "弱电", "Low voltage"), choice("grounds", "室外", "Grounds"), choice("papers", "资料", "Papers")}),
		pick("checked", "查的是", "Checked", Choices{choice("site", "现场", "On site"), choice("paper", "资料", "On paper")}),
		{Name: "place", Title: text.B("部位", "Place"), Kind: Text, Required: true, List: true}, {Name: "finding", Title: text.B("问题", "Finding"), Kind: Text, Required: true, List: true}, day(FieldSince, "发现日期", "Found"), day(FieldDue, "整改期限", "Due"), words("note", "备注", "Note"),
	},
	States: Choices{choice("open", "未交办", "Open"), choice("sent", "建设单位整改中", "With the builder"), choice("closed", "已关闭", "Closed")},
	Moves: []Move{
		{Name: "send", Title: text.B("交建设单位", "Send to the builder"), From: []string{"open"}, To: "sent", Holder: text.B("责任人", "Responsible"), Due: text.B("整改期限", "Due")},
		{Name: "close", Title: text.B("复查合格，关闭", "Checked again: close"), From: []string{"open", "sent"}, To: "closed", Note: true},
		{Name: "reopen", Title: text.B("复查不合格", "Not mended"), From: []string{"closed", "sent"}, To: "open", Note: true},
	},
}
