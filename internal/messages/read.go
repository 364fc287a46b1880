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
	Undated string    // the time as it was written, where it could not be read
}

// BadRow is a row of a file with something to look at.
type BadRow struct {
	Row  int    `json:"row"`  // as a spreadsheet numbers it, the heading is 1
	What string `json:"what"` // one of the words below
	Says string `json:"says"` // what stands there: the id, the time
}

// What may be wrong with a row.
const (
	RowBroken  = "broken"  // not to be read at all
	RowEmpty   = "empty"   // neither subject nor text
	RowDoubled = "doubled" // the id was there already
	RowUndated = "time"    // kept, but without its time
	RowMany    = "many"    // this row and all after it were not read
)

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
// words for people; faulty single rows are returned and do not stop the rest.
func ReadCSV(r io.Reader) (list []Message, faults []BadRow, err error) {
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
	rows := counted{row: 1, next: 2 + breaks(head)}
	for len(list) < maxMessages {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return list, faults, nil
		}
		if err != nil {
			line := rows.next
			if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
				line = bad.StartLine
			}
			faults = append(faults, BadRow{Row: rows.at(line, 0), What: RowBroken})
			continue
		}
		line, _ := in.FieldPos(0)
		fault := func(what, says string) {
			faults = append(faults, BadRow{Row: rows.row, What: what, Says: text.Cut(says, 40)})
		}
		rows.at(line, breaks(row))
		get := func(field string) string {
			if i, ok := at[field]; ok && i < len(row) {
				return text.Clean(row[i])
			}
			return ""
		}
		m := Message{ID: get("id"), User: text.Cut(get("user"), 100), Subject: text.Cut(get("subject"), 300), Text: text.Cut(get("text"), maxText), Line: line}
		if m.Text == "" && m.Subject == "" {
			fault(RowEmpty, "")
			continue
		}
		if m.ID == "" {
			m.ID = fmt.Sprint(line)
		}
		if seen[m.ID] {
			fault(RowDoubled, m.ID)
			continue
		}
		seen[m.ID] = true
		if raw := get("time"); raw != "" {
			t, ok := parseTime(raw)
			if !ok {
				fault(RowUndated, raw)
				m.Undated = text.Cut(raw, 40)
			}
			m.At = t
		}
		list = append(list, m)
	}
	return list, append(faults, BadRow{Row: rows.row + 1, What: RowMany}), nil
}

// counted tells the row of a line: a cell with line breaks makes one row of
// several lines, and a reader skips empty ones.
type counted struct{ row, next int }

func (c *counted) at(line, breaks int) int {
	c.row += 1 + max(line-c.next, 0)
	c.next = line + 1 + breaks
	return c.row
}

func breaks(row []string) (n int) {
	for _, cell := range row {
		n += strings.Count(cell, "\n")
	}
	return n
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
