package messages

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"guanjia/internal/calendar"
	"guanjia/internal/errs"
	"guanjia/internal/text"
)

// Message is one written request of a resident.
type Message struct {
	ID      string
	User    string
	Subject string
	Text    string
	At      time.Time // zero: not known
	Line    int       // in the file, from 1
}

// The limits of a message file.
const (
	maxFile     = 50 << 20
	maxMessages = 200_000
	maxText     = 20_000 // runes; more is cut
)

var columns = map[string][]string{
	"id":      {"id", "留言编号", "编号", "序号", "no"},
	"user":    {"user", "留言用户", "用户", "姓名", "name"},
	"subject": {"subject", "留言主题", "主题", "标题", "title"},
	"time":    {"time", "留言时间", "时间", "日期", "date", "created"},
	"text":    {"text", "留言详情", "详情", "内容", "正文", "content", "message"},
}

// ReadCSV reads a file of messages: UTF-8, with a heading. Errors: Invalid, with
// words for people; faulty single rows are returned with their line and do not
// stop the rest.
func ReadCSV(r io.Reader) (list []Message, faults []error, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("reading the messages: %w", err)
	}
	if len(data) > maxFile {
		return nil, nil, errs.New(errs.Invalid, "messages.file.too_large", "文件超过 50 MB，没有读取。请分成几个文件。", "The file is larger than 50 MB and was not read. Split it.")
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	in.FieldsPerRecord, in.LazyQuotes, in.ReuseRecord = -1, true, true
	head, err := in.Read()
	if err != nil {
		return nil, nil, errs.New(errs.Invalid, "messages.file.empty", "文件里没有内容。", "The file is empty.").Wrap(err)
	}
	at := map[string]int{}
	for i, h := range head {
		for field, names := range columns {
			if _, taken := at[field]; !taken && slices.Contains(names, fold(h)) {
				at[field] = i
			}
		}
	}
	if _, ok := at["text"]; !ok {
		return nil, nil, errs.New(errs.Invalid, "messages.file.heading", "没有找到“留言详情”这一列。第一行应是表头：编号、用户、主题、时间、内容。", "There is no column “text”. The first line should be the heading: id, user, subject, time, text.")
	}
	seen := map[string]bool{}
	for len(list) < maxMessages {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return list, faults, nil
		}
		line, _ := in.FieldPos(0)
		if err != nil {
			faults = append(faults, fmt.Errorf("line %d: %w", line, err))
			continue
		}
		get := func(field string) string {
			if i, ok := at[field]; ok && i < len(row) {
				return text.Clean(row[i])
			}
			return ""
		}
		m := Message{ID: get("id"), User: text.Cut(get("user"), 100), Subject: text.Cut(get("subject"), 300), Text: text.Cut(get("text"), maxText), Line: line}
		if m.Text == "" && m.Subject == "" {
			faults = append(faults, fmt.Errorf("line %d: neither subject nor text", line))
			continue
		}
		if m.ID == "" {
			m.ID = fmt.Sprint(line)
		}
		if seen[m.ID] {
			faults = append(faults, fmt.Errorf("line %d: the id %s is there already", line, text.Cut(m.ID, 40)))
			continue
		}
		seen[m.ID] = true
		if raw := get("time"); raw != "" {
			t, ok := parseTime(raw)
			if !ok {
				faults = append(faults, fmt.Errorf("line %d: the time %q is not understood; kept without", line, text.Cut(raw, 40)))
			}
			m.At = t
		}
		list = append(list, m)
	}
	return list, append(faults, fmt.Errorf("more than %d messages; the rest was not read", maxMessages)), nil
}

var layouts = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006年1月2日 15:04", "2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日", time.RFC3339}

func parseTime(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(text.Narrow(s)), " ")
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, s, calendar.Zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
