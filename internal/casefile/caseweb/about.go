package caseweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"guanjia/internal/casefile"
	"guanjia/internal/errs"
	"guanjia/internal/estate"
	"guanjia/internal/store"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

// Home is a unit and somebody of it, as a search finds them; either may be 0.
type Home struct {
	Unit, Person int64
	Place, Who   string // "3栋1单元-1502", "王芳 · 业主"
}

// aboutValue is how a home stands in the form.
func aboutValue(unit, person int64) string {
	return strconv.FormatInt(unit, 10) + ":" + strconv.FormatInt(person, 10)
}

func aboutChoice(s string) (unit, person int64, ok bool) {
	a, b, _ := strings.Cut(s, ":")
	unit, bad := strconv.ParseInt(a, 10, 64)
	person, worse := strconv.ParseInt(b, 10, 64)
	return unit, person, bad == nil && worse == nil && unit >= 0 && person >= 0
}

// homesFor fills the page that says whose case it is and of which unit: what
// stands now, what was searched for, what was found.
func (p *Pages) homesFor(r *http.Request, v casefile.View, page *WayPage) error {
	ctx, c := r.Context(), v.Case
	if !actorOf(ctx).May(estate.PermView, c.Project) {
		return errs.New(errs.Forbidden, "casefile.about.forbidden", "您的岗位不能查房屋和客户，请前台来补。", "Your post may not look up units and customers; ask the desk.")
	}
	page.Now, page.Find, page.Corrects = homeNow(ctx, c), text.Cut(text.Clean(r.FormValue("find")), 60), c.Unit != 0 || c.Customer != 0
	if page.Find != "" && p.more.Homes != nil {
		err := p.db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
			found, err := p.more.Homes(ctx, tx, c.Project, page.Find)
			if page.More = len(found) > mostHomes; page.More {
				found = found[:mostHomes]
			}
			seen := map[int64]bool{}
			for _, h := range found {
				if h.Person != 0 {
					page.Options = append(page.Options, ui.Option{Value: aboutValue(h.Unit, h.Person), Label: strings.Trim(h.Place+" · "+h.Who, " ·")})
				}
			}
			for _, h := range found {
				if h.Unit != 0 && !seen[h.Unit] {
					seen[h.Unit] = true
					page.Options = append(page.Options, ui.Option{Value: aboutValue(h.Unit, 0), Label: text.Tf(ctx, "%s · 是谁先不定", "%s, nobody yet", h.Place)})
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		page.None = len(page.Options) == 0
	}
	if page.Corrects {
		if len(page.Options) == 0 { // what stands is not cleared by a press without a choice
			page.Options = append(page.Options, ui.Option{Label: text.T(ctx, "请选择", "Choose")})
		}
		page.Options = append(page.Options, ui.Option{Value: aboutValue(0, 0), Label: text.T(ctx, "哪一户、是谁都先不定", "neither unit nor customer is known")})
	}
	return nil
}

// mostHomes is how many households are offered.
const mostHomes = 9

// homeNow is what the case says about unit and customer.
func homeNow(ctx context.Context, c casefile.Case) string {
	var list []string
	for _, s := range []string{c.Plate, c.Caller} {
		if s != "" {
			list = append(list, s)
		}
	}
	if c.Unit == 0 {
		list = append(list, text.T(ctx, "没有定房屋", "no unit is set"))
	}
	if c.Customer == 0 {
		list = append(list, text.T(ctx, "没有对上客户", "no customer is set"))
	}
	return strings.Join(list, " · ")
}
