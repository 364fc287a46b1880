// Package messages holds the labels that the rules of handbook/words/kinds.yaml
// are measured against; README.md beside it says how they were made.
package messages

import _ "embed"

// Labels is labels.csv: id, half (dev, held-out), kind.
//
//go:embed labels.csv
var Labels []byte
