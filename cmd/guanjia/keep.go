package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"guanjia/internal/app"
	"guanjia/internal/audit"
	"guanjia/internal/auth"
	"guanjia/internal/backup"
	"guanjia/internal/config"
	"guanjia/internal/errs"
	"guanjia/internal/importer"
)

type importCmd struct {
	File  string `arg:"" help:"The workbook (.xlsx)." type:"existingfile"`
	Check bool   `help:"Only check: needs no data folder; status 1 when a cell is faulty."`
	JSON  bool   `help:"One JSON object a faulty cell."`
}

// Run checks a workbook; importing is done on the import page, where the
// mapping and every finding can be seen first.
func (c *importCmd) Run(ctx context.Context) error {
	if !c.Check {
		return errs.New(errs.Invalid, "import.page", "命令行只检查（--check）；导入请在“导入”页面做，先看对照和问题再入库。",
			"The command line only checks (--check); import on the Import page, where mapping and findings are seen first.")
	}
	code, err := importer.CheckCommand(ctx, os.Stdout, c.File, c.JSON)
	if err != nil {
		return err
	}
	if code != 0 {
		return exitCode(code)
	}
	return nil
}

type backupCmd struct {
	config.Config `embed:""`
	File          string `arg:"" help:"The archive to write." type:"path"`
	Drill         bool   `help:"Restore it into a throw-away folder at once and compare."`
}

// Run writes an archive while others work.
func (c *backupCmd) Run(ctx context.Context) error {
	a, err := open(ctx, c.Config, os.Stderr)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	m, err := backup.Write(ctx, backup.Source{DB: a.DB, Files: a.FilesFolder(), Derived: a.Derived()}, c.File)
	if err != nil {
		return err
	}
	rows := int64(0)
	for _, t := range m.Tables {
		rows += t.Count
	}
	fmt.Printf("%s：%d 张表 %d 行，%d 个附件 · %d tables, %d rows, %d attachments\n", c.File, len(m.Tables), rows, len(m.Files), len(m.Tables), rows, len(m.Files))
	if c.Drill {
		began := time.Now()
		if _, err := backup.Drill(ctx, c.File, a.Migrations(), a.Derived()); err != nil {
			return err
		}
		fmt.Printf("演练恢复一致 · the drill restored it and every digest agrees (%s)\n", time.Since(began).Round(time.Millisecond))
	}
	return nil
}

type restoreCmd struct {
	config.Config `embed:""`
	File          string `arg:"" help:"The archive." type:"existingfile"`
}

// Run brings an archive back into an empty installation.
func (c *restoreCmd) Run(ctx context.Context) error {
	m, err := app.Restore(ctx, c.Config, c.File, logger(c.Log))
	if err != nil {
		return err
	}
	fmt.Printf("已恢复 %s 的备份 · restored the backup of %s\n", m.TakenAt.Format("2006-01-02 15:04"), m.TakenAt.Format("2006-01-02 15:04"))
	return nil
}

type verifyCmd struct {
	config.Config `embed:""`
}

// Run recomputes every case from its log and checks the audit chain; status 1
// when something differs.
func (c *verifyCmd) Run(ctx context.Context) error {
	a, err := open(ctx, c.Config, os.Stderr)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	v, err := a.Cases.Verify(ctx, auth.System, 0)
	if err != nil {
		return err
	}
	fmt.Printf("%d cases, %d events\n", v.Cases, v.Events)
	for _, f := range v.Findings {
		fmt.Printf("  %s: %s: %s\n", f.Number, f.What, f.Detail)
	}
	heads, err := audit.ReadHeadsFile(a.Config.KeyFile + ".heads")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	report, err := a.Audit.Verify(ctx, heads)
	if err != nil {
		return err
	}
	fmt.Printf("%d audit entries sealed in %d batches, %d not sealed yet\n", report.Entries, report.Batches, report.Unsealed)
	for _, f := range report.Findings {
		fmt.Printf("  batch %d: %s %s\n", f.Batch, f.What.ZH, f.What.EN)
	}
	if len(v.Findings) > 0 || len(report.Findings) > 0 {
		return exitCode(1)
	}
	return nil
}
