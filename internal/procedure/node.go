package procedure

import (
	"regexp"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"guanjia/internal/text"
)

// Bounds of a handbook file: far above any real one, low enough that a hostile
// one costs nothing.
const (
	maxFile  = 1 << 20
	maxDepth = 20
)

// node is one place of a handbook file: a word, a list or a map in the order
// it was written. YAML's own types, anchors, tags and merges do not exist
// here: every word is text until the reader knows what it should be.
type node struct {
	pos    Pos
	word   string
	quoted bool
	list   []*node
	keys   []*node // of a map, beside vals
	vals   []*node
	kind   nodeKind
}

type nodeKind int

const (
	isWord nodeKind = iota
	isList
	isMap
)

func (k nodeKind) words() text.Both {
	switch k {
	case isList:
		return text.B("列表", "a list")
	case isMap:
		return text.B("一组键值", "a map")
	default:
		return text.B("一个词", "a word")
	}
}

// get is the value of key in a map, or nil.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for i, k := range n.keys {
		if k.word == key {
			return n.vals[i]
		}
	}
	return nil
}

// parse reads one YAML document; nil with problems when it is none.
func parse(file string, src []byte, ps *problems) *node {
	at := Pos{File: file, Line: 1, Col: 1}
	if len(src) > maxFile {
		ps.add(at, "yaml.size", text.B("文件超过 1 MB", "the file is larger than 1 MB"), text.B("拆成几个规程", "split it into several procedures"))
		return nil
	}
	if !utf8.Valid(src) {
		ps.add(at, "yaml.encoding", text.B("文件不是 UTF-8 编码", "the file is not UTF-8"), text.B("另存为 UTF-8", "save it as UTF-8"))
		return nil
	}
	var doc yaml.Node
	if err := yaml.Load(src, &doc, yaml.WithUniqueKeys(false)); err != nil {
		line, col, msg := yamlError(err)
		ps.add(Pos{file, line, col}, "yaml.syntax", text.B("YAML 写法有误："+msg, "this is not YAML: "+msg),
			text.B("检查缩进、冒号和括号", "check indentation, colons and brackets"))
		return nil
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		ps.add(at, "yaml.empty", text.B("文件是空的", "the file is empty"), text.B("写一份规程或删去文件", "write a procedure or remove the file"))
		return nil
	}
	return convert(file, doc.Content[0], 0, ps)
}

func convert(file string, y *yaml.Node, depth int, ps *problems) *node {
	n := &node{pos: Pos{file, y.Line, y.Column}}
	refuse := func(zh, en string) *node {
		ps.add(n.pos, "yaml.construct", text.B(zh, en), text.B("把值直接写出来", "write the value out"))
		return n
	}
	switch {
	case depth > maxDepth:
		return refuse("嵌套太深", "nested too deeply")
	case y.Kind == yaml.AliasNode || y.Anchor != "":
		return refuse("不能用锚点和引用（& *）", "anchors and aliases (& *) are not used here")
	case y.Style&yaml.TaggedStyle != 0:
		return refuse("不能用类型标签（!）", "tags (!) are not used here")
	}
	switch y.Kind {
	case yaml.ScalarNode:
		n.word = y.Value
		n.quoted = y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	case yaml.SequenceNode:
		n.kind = isList
		for _, c := range y.Content {
			n.list = append(n.list, convert(file, c, depth+1, ps))
		}
	case yaml.MappingNode:
		n.kind = isMap
		seen := map[string]Pos{}
		for i := 0; i+1 < len(y.Content); i += 2 {
			k := convert(file, y.Content[i], depth+1, ps)
			if k.kind != isWord {
				refuse("键必须是一个词", "a key must be a word")
				continue
			}
			if first, dup := seen[k.word]; dup {
				ps.add(k.pos, "yaml.duplicate", text.F("“%s”写了两次，第一次在第 %d 行", "%q is written twice, first on line %d", k.word, first.Line),
					text.B("删去其中一处", "remove one of them"))
				continue
			}
			seen[k.word] = k.pos
			n.keys = append(n.keys, k)
			n.vals = append(n.vals, convert(file, y.Content[i+1], depth+1, ps))
		}
	default:
		return refuse("看不懂这一处", "this cannot be read")
	}
	return n
}

// where finds the place in the library's error: "at L2.C4-L3.C1", of which the
// end is where reading stopped.
var where = regexp.MustCompile(`at L(\d+)\.C(\d+)(?:-(?:L(\d+)\.)?C(\d+))?: (.*)`)

// yamlError takes line, column and message out of the library's error.
func yamlError(err error) (line, col int, msg string) {
	m := where.FindStringSubmatch(err.Error())
	if m == nil {
		return 1, 1, err.Error()
	}
	pick := func(a, b string) int {
		n, err := strconv.Atoi(a)
		if err != nil {
			n, _ = strconv.Atoi(b) // digits by the pattern
		}
		return max(n, 1)
	}
	return pick(m[3], m[1]), pick(m[4], m[2]), m[5]
}
