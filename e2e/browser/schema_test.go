package browser_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"

	"guanjia/e2e/house"
	"guanjia/internal/store/storetest"
)

// schema makes an empty schema in the PostgreSQL of the tests for the one demo
// of this package; it is dropped when the tests have run.
func schema() (string, error) {
	base := os.Getenv(storetest.Env)
	if base == "" || base == "off" {
		return "", fmt.Errorf("%s is not set: run `make test`, which starts PostgreSQL, or set it to a DSN", storetest.Env)
	}
	db, err := sql.Open("pgx", base)
	if err != nil {
		return "", err
	}
	ctx, name := context.Background(), fmt.Sprintf("e2e%d", os.Getpid())
	if _, err := db.ExecContext(ctx, "CREATE SCHEMA "+name); err != nil {
		return "", err
	}
	house.AtEnd(func() {
		_, _ = db.ExecContext(ctx, "DROP SCHEMA "+name+" CASCADE") // a leftover schema harms nobody
		_ = db.Close()
	})
	sep := "?"
	if strings.Contains(base, "?") {
		sep = "&"
	}
	return base + sep + "search_path=" + url.QueryEscape(name), nil
}
