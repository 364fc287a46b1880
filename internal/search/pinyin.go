package search

import (
	"slices"
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// surnames reads characters that sound differently as a family name. Looked at
// before the dictionary, whose readings stay as second ones: who types "ds"
// for 单三 still finds him.
var surnames = map[string]string{
	"单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "朴": "piao", "任": "ren",
	"盖": "ge", "缪": "miao", "翟": "zhai", "尉": "wei", "宓": "mi", "冼": "xian", "洗": "xian", "覃": "qin",
	"谌": "chen", "种": "chong", "重": "chong", "华": "hua", "秘": "bi", "折": "she", "乐": "yue", "员": "yun",
	"繁": "po", "召": "shao", "黑": "he", "逄": "pang", "逯": "lu", "能": "nai", "撒": "sa", "瞿": "qu",
	"过": "guo", "郇": "huan", "阚": "kan", "燕": "yan", "祭": "zhai", "句": "gou", "柏": "bai", "晁": "chao",
	"牟": "mu", "葛": "ge", "车": "che", "长": "chang", "幺": "yao", "佴": "nai", "石": "shi", "沈": "shen",
	"洪": "hong", "贾": "jia", "丁": "ding", "那": "na", "宁": "ning", "纪": "ji", "戚": "qi", "余": "yu",
	"尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "单于": "chan yu", "澹台": "tan tai", "令狐": "ling hu",
	"欧阳": "ou yang", "夏侯": "xia hou", "皇甫": "huang fu", "宰父": "zai fu", "亓官": "qi guan",
}

// places reads words whose first dictionary reading is wrong.
var places = map[string]string{
	"重庆": "chong qing", "长安": "chang an", "长江": "chang jiang", "长城": "chang cheng", "长沙": "chang sha", "长春": "chang chun",
	"银行": "yin hang", "商行": "shang hang", "行业": "hang ye", "厦门": "xia men", "大厦": "da sha", "音乐": "yin yue",
	"会计": "kuai ji", "番禺": "pan yu", "六安": "lu an", "台州": "tai zhou", "调味": "tiao wei", "都市": "du shi", "成都": "cheng du",
}

const (
	maxReadings = 2 // of one character
	maxSpelling = 8 // of one name
	maxPinyin   = 16
)

// readings lists the ways a name's first characters may be spoken, each as
// syllables without tones; ü is v. Characters without a reading stand for
// themselves (Latin letters, digits) or fall out.
func readings(name string) [][]string {
	name = lower(name)
	rs := []rune(name)
	ways := [][]string{{}}
	for i := 0; i < len(rs) && i < maxPinyin; {
		options, n := readingAt(rs, i)
		i += n
		if len(options) == 0 {
			continue
		}
		var next [][]string
		for _, w := range ways {
			for _, o := range options {
				if len(next) < maxSpelling {
					next = append(next, append(slices.Clone(w), o...))
				}
			}
		}
		ways = next
	}
	return ways
}

// readingAt is what the characters at i may be read as, and how many it took.
func readingAt(rs []rune, i int) (options [][]string, n int) {
	if i+2 <= len(rs) {
		two := string(rs[i : i+2])
		if s, ok := surnames[two]; ok && i == 0 {
			return [][]string{strings.Fields(s)}, 2
		}
		if s, ok := places[two]; ok {
			return [][]string{strings.Fields(s)}, 2
		}
	}
	r := rs[i]
	switch kindOf(r) {
	case digit, letter:
		return [][]string{{string(r)}}, 1
	case gap:
		return nil, 1
	}
	if s, ok := surnames[string(r)]; ok && i == 0 {
		options = append(options, []string{s})
	}
	for _, p := range strings.Split(pinyin.PinyinDict[int(r)], ",") {
		p = plain(p)
		if p == "" || len(options) >= maxReadings || slices.ContainsFunc(options, func(o []string) bool { return o[0] == p }) {
			continue
		}
		options = append(options, []string{p})
	}
	return options, 1
}

var tones = strings.NewReplacer(
	"ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ế", "e", "ề", "e", "ê̄", "e", "ê̌", "e", "ê", "e",
	"ī", "i", "í", "i", "ǐ", "i", "ì", "i", "ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u",
	"ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v", "ü", "v", "ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m", "m̀", "m", "m̄", "m",
)

func plain(p string) string { return tones.Replace(strings.TrimSpace(p)) }

// Initials lists the pinyin initials a name is found by: 张三 "zs"; 单雄信
// "sxx" first, then "dxx".
func Initials(name string) []string {
	var out []string
	for _, w := range readings(name) {
		var b strings.Builder
		for _, s := range w {
			b.WriteRune([]rune(s)[0])
		}
		if b.Len() > 0 && !slices.Contains(out, b.String()) {
			out = append(out, b.String())
		}
	}
	return out
}

// Spellings lists the full pinyin a name is found by: 张三 "zhangsan".
func Spellings(name string) []string {
	var out []string
	for _, w := range readings(name) {
		if s := strings.Join(w, ""); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
