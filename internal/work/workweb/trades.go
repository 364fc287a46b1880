package workweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"guanjia/internal/errs"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web"
	"guanjia/internal/web/ui"
)

// TradesPage is who can do which trade.
type TradesPage struct {
	Base   string
	Trades []ui.Option
	Rows   []TradeRow
}

// TradeRow is one technician.
type TradeRow struct {
	Account string
	Name    string
	Has     map[string]bool
}

func (p *Pages) trades(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	page := TradesPage{Base: "/p/" + project.Code + "/board"}
	for _, c := range p.allTrades(project.ID) {
		page.Trades = append(page.Trades, ui.Option{Value: c.Name, Label: c.Title.In(text.LangOf(ctx))})
	}
	err := p.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		team, err := p.Crew.Crew(ctx, tx, project.ID)
		if err != nil {
			return err
		}
		trades, err := p.Work.Trades(ctx, tx, project.ID)
		for _, m := range team {
			row := TradeRow{Account: strconv.FormatInt(m.Account, 10), Name: m.Name, Has: map[string]bool{}}
			for _, t := range trades[m.Account] {
				row.Has[t] = true
			}
			page.Rows = append(page.Rows, row)
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, tradesView(page))
}

// saveTrades replaces the trades of one technician.
func (p *Pages) saveTrades(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	project := web.ProjectOf(ctx)
	account, _ := strconv.ParseInt(web.Value(r, "account"), 10, 64)
	var name string
	err := p.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		team, err := p.Crew.Crew(ctx, tx, project.ID)
		for _, m := range team {
			if m.Account == account {
				name = m.Name
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if name == "" {
		return errs.New(errs.NotFound, "work.trades.who", "这个项目没有这位维修工。", "There is no such technician in this project.")
	}
	var chosen []string
	for _, c := range p.allTrades(project.ID) {
		if slices.Contains(r.PostForm["trade"], c.Name) {
			chosen = append(chosen, c.Name)
		}
	}
	if err := p.Work.SetTrades(ctx, actorOf(ctx), project.ID, account, chosen); err != nil {
		return err
	}
	web.Done(w, r, "/p/"+project.Code+"/board/trades", ui.Undo{Words: text.Tf(ctx, "%s 的工种已保存", "%s's trades are saved", name)})
	return nil
}
