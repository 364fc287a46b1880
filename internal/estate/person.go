package estate

import (
	"fmt"
	"strings"
	"time"

	"guanjia/internal/errs"
	"guanjia/internal/phone"
	"guanjia/internal/search"
	"guanjia/internal/store"
	"guanjia/internal/text"
)

// Person is a customer (业户): a person or a company (EST-02). Native place,
// household registration and character are not kept: nothing here needs them
// (LAW-03).
type Person struct {
	ID              int64
	Project         int64
	Kind            string // Natural, Company
	Name            string
	Sex             string // of Sexes, "" not said
	Birthday        string // ISO, only with BirthdayPurpose
	BirthdayPurpose string
	IDKind          string // of IDKinds; "" nothing in the vault
	LegalRep        string // of a company
	Address         string // registered address
	Nationality     string
	Facilities      string // installed in the unit
	Wishes          string // 来往的要求: "午休 12:00–14:00 不打电话"
	Note            string
	Version         int64
	Batch           int64
	Phones          []Phone // in the order to call; filled by reads of one person
	idRef           int64
}

// Phone is a number of a person.
type Phone struct {
	ID       int64
	Person   int64
	Number   phone.Number
	Label    string    // "手机", "单位", "女儿代接"
	Verified time.Time // last confirmed; zero never
}

const personColumns = "p.project_id, p.id, p.kind, p.name, p.sex, p.birthday, p.birthday_purpose, p.id_kind, p.id_ref, p.legal_rep, p.address, p.nationality, p.facilities, p.wishes, p.note, p.version, p.batch_id"

func (p *Person) dest() []any {
	return []any{&p.Project, &p.ID, &p.Kind, &p.Name, &p.Sex, &p.Birthday, &p.BirthdayPurpose, &p.IDKind, &p.idRef, &p.LegalRep, &p.Address, &p.Nationality, &p.Facilities, &p.Wishes, &p.Note, &p.Version, &p.Batch}
}

func scanPerson(scan store.Scan) (Person, error) {
	var p Person
	err := scan(p.dest()...)
	return p, err
}

func scanPhone(scan store.Scan) (Phone, error) {
	var p Phone
	var key, ext string
	var verified int64
	err := scan(&p.ID, &p.Person, &key, &ext, &p.Label, &verified)
	p.Number, p.Verified = phone.FromKey(key), store.Time(verified)
	p.Number.Ext = ext
	return p, err
}

// NewPhone is a number as typed.
type NewPhone struct {
	Number   string
	Label    string
	Verified bool // the caller has just confirmed it
}

func (p *Person) clean() {
	for _, s := range []*string{&p.Name, &p.Sex, &p.Birthday, &p.BirthdayPurpose, &p.LegalRep, &p.Address, &p.Nationality, &p.Facilities, &p.Wishes, &p.Note} {
		*s = text.Clean(*s)
	}
	if p.Kind == "" {
		p.Kind = Natural
	}
}

// checkPerson checks p and reads its phones; every fault is at its field.
func checkPerson(p *Person, phones []NewPhone, area string) ([]Phone, error) {
	p.clean()
	var f errs.Fields
	if p.Name == "" {
		f.Add("name", "estate.person.name", "填写姓名或单位名称。", "Enter the name.")
	}
	checkLength(&f, "name", p.Name, 100)
	if !PersonKinds.Has(p.Kind) {
		f.Add("kind", "estate.person.kind", "选择个人或单位。", "Choose person or company.")
	}
	if p.Sex != "" && !Sexes.Has(p.Sex) {
		f.Add("sex", "estate.person.sex", "从列表里选。", "Choose from the list.")
	}
	if p.Birthday != "" && !dateForm.MatchString(p.Birthday) {
		f.Add("birthday", "estate.date", "日期写成 2026-11-20。", "Write the date as 2026-11-20.")
	}
	if p.Birthday != "" && p.BirthdayPurpose == "" {
		f.Add("birthday_purpose", "estate.person.purpose", "生日属于个人信息：写明用来做什么（如生日问候，本人同意），否则不要填生日。", "A birthday is personal: say what it is for (such as a greeting, agreed to), or leave it out.")
	}
	for field, v := range map[string]string{"legal_rep": p.LegalRep, "address": p.Address, "nationality": p.Nationality, "birthday_purpose": p.BirthdayPurpose} {
		checkLength(&f, field, v, 200)
	}
	for field, v := range map[string]string{"facilities": p.Facilities, "wishes": p.Wishes, "note": p.Note} {
		checkLength(&f, field, v, 2000)
	}
	var list []Phone
	seen := map[string]bool{}
	for i, in := range phones {
		if text.Clean(in.Number) == "" {
			continue
		}
		path := fmt.Sprintf("phones[%d].number", i)
		n, err := phone.Parse(in.Number, area)
		switch {
		case err != nil:
			b := PhoneFault(err)
			f.Add(path, "estate.phone", b.ZH, b.EN)
			continue
		case seen[n.Key]:
			continue
		}
		seen[n.Key] = true
		ph := Phone{Number: n, Label: text.Clean(in.Label)}
		if in.Verified {
			ph.Verified = time.Unix(1, 0)
		}
		list = append(list, ph)
	}
	if len(list) > 20 {
		f.Add("phones", "estate.phones", "最多 20 个电话。", "At most 20 phones.")
	}
	return list, f.Err("estate.person.invalid")
}

// PhoneFault says what is wrong with a number and what to do.
func PhoneFault(err error) text.Both {
	switch err { //nolint:errorlint // the sentinel itself is returned
	case phone.ErrLetters:
		return text.B("电话里有不认识的字，只写数字；分机写“转 801”。", "The number holds letters; write digits only, an extension as “转801”.")
	case phone.ErrLength:
		return text.B("位数不对：手机 11 位，固定电话带区号。", "Wrong number of digits: 11 for a mobile, a landline with its area code.")
	case phone.ErrRange:
		return text.B("没有这个号段，请再核对一遍。", "There is no such range of numbers; check it again.")
	case phone.ErrNoArea:
		return text.B("固定电话要带区号，如 0755-88886666。", "A landline needs its area code, such as 0755-88886666.")
	}
	return text.B("填写电话。", "Enter the number.")
}

// sortName orders people by the sound of their names.
func sortName(name string) string {
	if s := search.Spellings(name); len(s) > 0 {
		return s[0] + " " + strings.ToLower(name)
	}
	return strings.ToLower(name)
}
