package demo

import (
	"context"
	"math/rand/v2"
	"strconv"

	"guanjia/internal/app"
	"guanjia/internal/auth"
	"guanjia/internal/care"
	"guanjia/internal/casefile"
	"guanjia/internal/engine"
	"guanjia/internal/store"
)

// said are free answers of the survey; most people leave theirs empty.
var said = []string{
	"维修师傅来得快，态度好", "希望夜里多巡几趟车库", "电梯保养提前说一声", "楼道灯坏了要报两次才修", "垃圾分类的人很负责", "门岗认人，放心",
	"装修噪音管得不够", "前台说三天回话，做到了",
}

// parts are what the survey lets people choose among.
var parts = []string{"维修", "保洁", "秩序", "停车", "绿化"}

// survey sends out this year's opinion survey and lets a good third answer, so
// that its page has something to count.
func (l *Loaded) survey(ctx context.Context, a *app.App) error {
	drafts := auth.Actor{
		Account: l.Accounts[supervisor], Name: Team[supervisor].Name, Grants: []auth.Grant{{Project: l.Project, Role: Team[supervisor].Role}},
	}.WithPermissions(map[string][]string{Team[supervisor].Role: {care.PermSurvey, casefile.PermOpen, casefile.PermWork}})
	v, err := a.Care.CreateSurvey(ctx, drafts, care.Survey{
		Project: l.Project, Title: "2026 年度客户意见征询", Until: Now.AddDate(0, 0, 10).Format("2006-01-02"),
		Questions: []care.Question{
			{Sort: care.AskRating, Ask: "对物业服务总体满意吗"}, {Sort: care.AskRating, Ask: "维修及时吗"}, {Sort: care.AskRating, Ask: "保洁、秩序满意吗"},
			{Sort: care.AskChoice, Ask: "最希望先改进哪一样", Options: parts}, {Sort: care.AskText, Ask: "还想说的话"},
		},
	})
	if err != nil {
		return err
	}
	err = a.DB.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := a.Cases.DoIn(ctx, tx, auth.System, casefile.Doing{Case: v.Case, Command: engine.Command{
			Kind: engine.EvDone, Actor: l.by(director), Step: "approve", Outcome: "approved",
		}})
		return err
	})
	if err != nil {
		return err
	}
	if v, err = a.Care.Send(ctx, auth.System, l.Project, v.ID, 40); err != nil {
		return err
	}
	var sheets []care.Sheet
	err = a.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		for {
			part, err := a.Care.Sheets(ctx, tx, auth.System, l.Project, v.ID, "", len(sheets))
			if err != nil {
				return err
			}
			sheets = append(sheets, part...)
			if len(part) < care.SheetsMost {
				return nil
			}
		}
	})
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(20261120, 7))
	rate := func() string { return strconv.Itoa(pick(r, []int{5, 5, 5, 4, 4, 4, 3, 2})) }
	for _, sheet := range sheets {
		if r.IntN(100) >= 38 {
			continue
		}
		words := ""
		if r.IntN(4) == 0 {
			words = pick(r, said)
		}
		if err := a.Care.AnswerSheet(ctx, a.Care.Token(sheet.ID), []string{rate(), rate(), rate(), pick(r, parts), words}); err != nil {
			return err
		}
	}
	return nil
}
