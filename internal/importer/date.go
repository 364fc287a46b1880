package importer

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"guanjia/internal/text"
)

var (
	dateYMD   = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?:[ t]?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?$`)
	dateSolid = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	dateShort = regexp.MustCompile(`^(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?$`)
	dateOther = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$`)
	monthYM   = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})月?份?$`)
	monthRun  = regexp.MustCompile(`^(\d{4})(\d{2})$`)
	serial    = regexp.MustCompile(`^\d{5}(\.\d+)?$`)
)

// date reads the ways a day is written: 2026-03-05 · 2026/3/5 · 2026.3.5 ·
// 2026年3月5日 · 20260305 · an Excel serial. Day-first and two-digit years are
// ambiguous and are asked back.
func (v *Value) date(s string, date1904 bool) {
	t := strings.ToLower(strings.TrimSpace(s))
	squeezed := strings.ReplaceAll(t, " ", "")
	m := dateYMD.FindStringSubmatch(t)
	if m == nil {
		m = dateYMD.FindStringSubmatch(squeezed)
	}
	if m == nil {
		m = dateSolid.FindStringSubmatch(squeezed)
	}
	if m != nil {
		v.day(s, m[1], m[2], m[3])
		return
	}
	if serial.MatchString(squeezed) {
		days, err := strconv.ParseFloat(squeezed, 64)
		if err == nil && days < 80000 {
			base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
			if date1904 {
				base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
			}
			v.Text = base.AddDate(0, 0, int(days)).Format(time.DateOnly)
			return
		}
	}
	if m := dateShort.FindStringSubmatch(squeezed); m != nil {
		v.fail(faulty("date.ambiguous", "年份只有两位："+text.Cut(s, 20), "the year has two digits: "+text.Cut(s, 20), fmt.Sprintf("是否为 20%s-%s-%s？请写四位年份", m[1], two(m[2]), two(m[3])), fmt.Sprintf("20%s-%s-%s? Write the year with four digits", m[1], two(m[2]), two(m[3]))))
		return
	}
	if m := dateOther.FindStringSubmatch(squeezed); m != nil {
		v.fail(faulty("date.ambiguous", "分不清月和日："+text.Cut(s, 20), "day and month cannot be told apart: "+text.Cut(s, 20), "写成 "+m[3]+"-月-日", "write "+m[3]+"-month-day"))
		return
	}
	v.fail(faulty("date.invalid", "看不懂的日期："+text.Cut(s, 20), "not a date: "+text.Cut(s, 20), "写成 2026-03-05 的样子", "write it like 2026-03-05"))
}

func (v *Value) day(s, ys, ms, ds string) {
	y, _ := strconv.Atoi(ys)
	m, _ := strconv.Atoi(ms)
	d, _ := strconv.Atoi(ds)
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Year() != y || int(t.Month()) != m || t.Day() != d {
		why, whyEN := fmt.Sprintf("没有 %d 月", m), fmt.Sprintf("there is no month %d", m)
		prop, propEN := "核对原始单据后更正", "correct it from the original paper"
		switch {
		case m >= 1 && m <= 12:
			why, whyEN = fmt.Sprintf("%d 年 %d 月没有 %d 日", y, m, d), fmt.Sprintf("%d-%02d has no day %d", y, m, d)
			if last := time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day(); d > last && d <= 31 {
				prop, propEN = fmt.Sprintf("是否为 %d-%02d-%02d？核对原始单据", y, m, last), fmt.Sprintf("%d-%02d-%02d? Check the original paper", y, m, last)
			}
		case d >= 1 && d <= 12 && m <= 31:
			prop, propEN = fmt.Sprintf("月和日是否写反：%d-%02d-%02d？核对原始单据", y, d, m), fmt.Sprintf("month and day swapped: %d-%02d-%02d? Check the original paper", y, d, m)
		}
		v.fail(faulty("date.invalid", "日期不存在："+text.Cut(s, 20)+"（"+why+"）", "no such date: "+text.Cut(s, 20)+" ("+whyEN+")", prop, propEN))
		return
	}
	if y < 1900 || y > 2200 {
		v.fail(faulty("date.out_of_range", "年份不合理："+text.Cut(s, 20), "the year makes no sense: "+text.Cut(s, 20), "核对年份", "check the year"))
		return
	}
	v.Text = t.Format(time.DateOnly)
}

// month reads an accounting month: 2026-10 · 2026年10月 · 202610 · a date in it.
func (v *Value) month(s string, date1904 bool) {
	squeezed := strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	m := monthYM.FindStringSubmatch(squeezed)
	if m == nil {
		m = monthRun.FindStringSubmatch(squeezed)
	}
	if m != nil {
		n, _ := strconv.Atoi(m[2])
		y, _ := strconv.Atoi(m[1])
		if n < 1 || n > 12 || y < 1950 || y > 2200 {
			v.fail(faulty("month.invalid", "没有这个账期："+text.Cut(s, 20), "no such month: "+text.Cut(s, 20), "写成 2026-10 的样子", "write it like 2026-10"))
			return
		}
		v.Text = fmt.Sprintf("%04d-%02d", y, n)
		return
	}
	v.date(s, date1904)
	if v.OK {
		v.Text = v.Text[:7]
	}
}

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}
