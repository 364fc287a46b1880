// Package thirdparty holds released files of other projects as they came, each
// in its folder with licence, version, checksums and the script that renews it.
//
// It owns: the embedded bytes. It does not own: how they are served
// (internal/web/static). Start at the folders.
package thirdparty

import "embed"

// Files are the files sent to browsers: "htmx/htmx.min.js".
//
//go:embed htmx/htmx.min.js echarts/echarts.min.js
var Files embed.FS
