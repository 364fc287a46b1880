package ui

import (
	"context"

	"guanjia/internal/text"
)

// ticks reports whether the browser keeps the words going.
func (c Chip) ticks() bool {
	return c.Words == "" && !c.Due.IsZero() && (c.State == Late || c.State == Soon || c.State == Run)
}

func (c Chip) title() string {
	if c.Title != "" {
		return c.Title
	}
	return ExactUntil(c.Due)
}

func (c Chip) words(ctx context.Context) string {
	switch {
	case c.Words != "":
		return c.Words
	case c.State == Hold:
		return text.T(ctx, "暂停", "paused")
	case c.State == Done:
		return text.T(ctx, "完成", "done")
	}
	return Left(ctx, FrameOf(ctx).Now, c.Due)
}

func (c Chip) tint() string { return tint(c.State) }

// tint is the class that colours a note, a bar or a verdict by state.
func tint(s State) string {
	if s == "" || s == Run {
		return ""
	}
	return "gj-" + string(s)
}

func (m Miss) icon() string {
	switch {
	case m.Has:
		return "circle-check"
	case m.Icon == "":
		return "circle-dashed"
	}
	return m.Icon
}

func paneLabel(ctx context.Context, p PaneProps) string {
	if p.Title != "" {
		return p.Title
	}
	return text.T(ctx, "内容", "Content")
}
