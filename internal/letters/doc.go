// Package letters takes in files of residents' messages as written requests
// with their own times: a kind is suggested and explained, near-duplicates are
// offered for merging (DSK-21), repeated problems show as topics (DSK-18).
//
// It owns: the files and letters on their way. It does not own: the reading of
// words (messages, pure), nor the cases they become (casefile). Start at Service.
package letters
