package authweb

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"guanjia/internal/auth"
	"guanjia/internal/text"
	"guanjia/internal/web/ui"
)

func linkTitle(ctx context.Context, v linkView) string {
	if v.Setup {
		return text.T(ctx, "第一次使用", "First set-up")
	}
	return text.T(ctx, "设密码", "Set your password")
}

func passwordField(ctx context.Context, err error) ui.F {
	return ui.F{
		Name: "password", ID: "new-password", Label: text.T(ctx, "新密码", "New password"), Type: "password", Required: true, Max: 256,
		Err:   ui.ErrOf(ctx, err, "password"),
		Hint:  text.T(ctx, "至少 8 个字符，越长越好，用一句话最好记。不用定期更换。", "At least 8 characters, the longer the better; a sentence is easy to remember. It need not be changed regularly."),
		Attrs: templ.Attributes{"autocomplete": "new-password"},
	}
}

// after is where the person goes once the recovery codes are kept.
func after(v enrolView) string {
	if v.Base == "/account/factor" {
		return "/account"
	}
	return v.Next
}

// spaced groups a secret for typing.
func spaced(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// roleWords lists roles for one line: "前台（锦绣花园）、主管（锦绣花园）".
func roleWords(ctx context.Context, list []held) string {
	var parts []string
	for _, h := range list {
		parts = append(parts, h.Title+text.Tf(ctx, "（%s）", " (%s)", h.Where))
	}
	return strings.Join(parts, text.T(ctx, "、", ", "))
}

// stateWords says how an account stands.
func stateWords(ctx context.Context, a auth.Account) string {
	switch {
	case !a.Active:
		return text.T(ctx, "已停用", "Disabled")
	case !a.HasPassword:
		return text.T(ctx, "还没设密码", "No password yet")
	case a.SecondFactor:
		return text.T(ctx, "在用，有动态口令", "In use, second factor on")
	}
	return text.T(ctx, "在用", "In use")
}

// grantOptions lists what the reader may give, by place.
func grantOptions(ctx context.Context, places []place, none string) []ui.Option {
	list := []ui.Option{{Value: "", Label: none}}
	for _, p := range places {
		for _, r := range p.Roles {
			// the place again: a list that is closed does not show the group
			list = append(list, ui.Option{Value: grantValue(p.ID, r.Name), Label: r.Title.In(text.LangOf(ctx)) + " · " + p.Name, Group: p.Name})
		}
	}
	return list
}

func usersTitle(ctx context.Context, v usersView) string {
	if v.Project != "" {
		return v.Project
	}
	return text.T(ctx, "整个公司", "Whole company")
}

// sessionsAction is where a session on a user's page is ended.
func sessionsAction(v userView) string {
	if v.Self {
		return "/account/sessions/end"
	}
	return userPath(v.Account.ID) + "/sessions/end"
}

func offWhy(ctx context.Context, v userView) string {
	if v.Account.Active {
		return ""
	}
	return text.T(ctx, "账号已停用，先重新启用。", "The account is disabled; enable it first.")
}
