package estate

import "guanjia/internal/text"

// Choice is a word of a closed list with its wording.
type Choice struct {
	Code string
	text.Both
}

// Choices is a closed list in the order people expect.
type Choices []Choice

// Has reports whether code is of the list.
func (c Choices) Has(code string) bool {
	for _, x := range c {
		if x.Code == code {
			return true
		}
	}
	return false
}

// Title is the wording of code; an unknown code stands for itself.
func (c Choices) Title(code string) text.Both {
	for _, x := range c {
		if x.Code == code {
			return x.Both
		}
	}
	return text.B(code, code)
}

// planWord is a state as short as a square of the floor plan has room for.
func planWord(state string) text.Both {
	short := map[string]string{StateOwner: "Owner", StateFitOut: "Fit-out", StateCustody: "Custody"}
	word := States.Title(state)
	if en := short[state]; en != "" {
		word.EN = en
	}
	return word
}

// The closed lists of this room (EST-01, EST-02, EST-05).
var (
	States = Choices{
		{StateUnsold, text.B("未售", "Unsold")}, {StateVacant, text.B("空置", "Vacant")}, {StateOwner, text.B("自住", "Owner-occupied")},
		{StateLet, text.B("出租", "Let")}, {StateFitOut, text.B("装修", "In fit-out")}, {StateCustody, text.B("托管", "In custody")},
	}
	Uses = Choices{
		{"residence", text.B("住宅", "Residence")}, {"office", text.B("办公", "Office")}, {"shop", text.B("商铺", "Shop")},
		{"parking", text.B("车位", "Parking")}, {"storage", text.B("储藏", "Storage")},
	}
	Conditions = Choices{
		{"rough", text.B("毛坯", "Bare shell")}, {"simple", text.B("简装", "Simply fitted")}, {"fine", text.B("精装", "Fully fitted")},
	}
	Capacities = Choices{
		{Owner, text.B("业主", "Owner")}, {Tenant, text.B("租户", "Tenant")}, {User, text.B("使用人", "User")},
		{Agent, text.B("代理人", "Agent")}, {Household, text.B("家庭成员", "Household member")},
	}
	Sexes       = Choices{{"m", text.B("男", "Male")}, {"f", text.B("女", "Female")}}
	PersonKinds = Choices{{Natural, text.B("个人", "Person")}, {Company, text.B("单位", "Company")}}
	IDKinds     = Choices{
		{"identity_card", text.B("身份证", "Identity card")}, {"passport", text.B("护照", "Passport")},
		{"permit", text.B("港澳台通行证", "HK/Macao/Taiwan permit")}, {"licence", text.B("营业执照", "Business licence")},
	}
)

// States of a unit (EST-01).
const (
	StateUnsold  = "unsold"
	StateVacant  = "vacant"
	StateOwner   = "owner_occupied"
	StateLet     = "let"
	StateFitOut  = "fit_out"
	StateCustody = "custody"
)

// Capacities in which somebody holds a unit (EST-05).
const (
	Owner     = "owner"
	Tenant    = "tenant"
	User      = "user"
	Agent     = "agent"
	Household = "household"
)

// Kinds of a person.
const (
	Natural = "person"
	Company = "company"
)

// Fields names the fields in a change history.
var fieldNames = map[string]text.Both{
	"name": text.B("名称", "Name"), "area": text.B("建筑面积", "Floor area"), "use": text.B("用途", "Use"), "layout": text.B("户型", "Layout"),
	"orientation": text.B("朝向", "Orientation"), "condition": text.B("装修", "Condition"), "state": text.B("状态", "State"),
	"handed_over": text.B("收楼日期", "Handed over"), "note": text.B("备注", "Note"), "sex": text.B("性别", "Sex"),
	"birthday": text.B("生日", "Birthday"), "legal_rep": text.B("法定代表人", "Legal representative"), "address": text.B("地址", "Address"),
	"nationality": text.B("国籍", "Nationality"), "wishes": text.B("来往的要求", "Wishes"), "phones": text.B("电话", "Phones"),
	"identity": text.B("证件号", "Identity number"), "emergency": text.B("紧急联系人", "Emergency contacts"), "facilities": text.B("户内设施", "Facilities"),
	"moved_in": text.B("入住", "Moved in"), "moved_out": text.B("迁出", "Moved out"), "profile": text.B("档", "Profile"),
	"floor": text.B("楼层", "Floor"), "room": text.B("房号", "Room"), "created": text.B("新建", "Created"), "plate": text.B("门牌", "Door plate"), "entrance": text.B("单元门", "Entrance"),
	"floors": text.B("层数", "Floors"), "year": text.B("建成年份", "Year built"), "kind": text.B("类别", "Kind"),
}

// FieldName is the wording of a changed field.
func FieldName(field string) text.Both {
	if b, ok := fieldNames[field]; ok {
		return b
	}
	return text.B(field, field)
}
