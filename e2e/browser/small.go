package browser

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
)

// small is picture with at most 256 colours: a page has few, and the picture
// of one a third of the bytes.
func small(picture []byte) ([]byte, error) {
	from, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	box := from.Bounds()
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(from.At(x, y)).(color.RGBA) }
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	seen := make([]color.RGBA, 0, len(count))
	for c := range count {
		seen = append(seen, c)
	}
	slices.SortFunc(seen, func(a, b color.RGBA) int { // the most used first, then a fixed order
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return int(a.R)<<16 + int(a.G)<<8 + int(a.B) - (int(b.R)<<16 + int(b.G)<<8 + int(b.B))
	})
	var colours color.Palette
	for _, c := range seen[:min(len(seen), 256)] {
		colours = append(colours, c)
	}
	nearest := map[color.RGBA]uint8{}
	to := image.NewPaletted(box, colours)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			c := at(x, y)
			i, ok := nearest[c]
			if !ok {
				i = uint8(colours.Index(c)) //nolint:gosec // at most 256 colours
				nearest[c] = i
			}
			to.SetColorIndex(x, y, i)
		}
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, to)
	return out.Bytes(), err
}
