package files

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"
)

// smallSide is the longer side of a small picture, in pixels.
const smallSide = 640

func (s *Service) smallPath(sha256 string) string { return filepath.Join(s.cache, sha256+".jpg") }

// Small opens the small picture of f, drawing it at first use. It is encoded
// anew, so that place and time of taking stay behind (LAW-03).
func (s *Service) Small(ctx context.Context, f File) (*os.File, error) {
	to := s.smallPath(f.SHA256)
	if small, err := os.Open(to); err == nil { //nolint:gosec // made of a digest
		return small, nil
	}
	select {
	case s.small <- struct{}{}:
		defer func() { <-s.small }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	in, err := os.Open(s.path(f.SHA256))
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	raw, err := shrink(in)
	if err != nil {
		return nil, errBroken(err)
	}
	tmp, err := os.CreateTemp(s.cache, ".small-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(raw)
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), to)
	}
	if err != nil {
		return nil, fmt.Errorf("keeping a small picture: %w", err)
	}
	return os.Open(to) //nolint:gosec // made of a digest
}

// shrink decodes, turns upright, scales and encodes a picture.
func shrink(r io.ReadSeeker) ([]byte, error) {
	head := make([]byte, 128<<10)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	turn := orientation(head[:n])
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	src, _, err := image.Decode(r)
	if err != nil {
		return nil, err
	}
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > smallSide {
		w, h = max(w*smallSide/long, 1), max(h*smallSide/long, 1)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, b, draw.Over, nil)
	var out bytes.Buffer
	err = jpeg.Encode(&out, upright(dst, turn), &jpeg.Options{Quality: 82})
	return out.Bytes(), err
}

// upright turns a picture as its EXIF orientation (1–8) says.
func upright(src *image.RGBA, turn int) image.Image {
	if turn < 2 || turn > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dw, dh := w, h
	if turn >= 5 {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range h {
		for x := range w {
			var dx, dy int
			switch turn {
			case 2:
				dx, dy = w-1-x, y
			case 3:
				dx, dy = w-1-x, h-1-y
			case 4:
				dx, dy = x, h-1-y
			case 5:
				dx, dy = y, x
			case 6:
				dx, dy = h-1-y, x
			case 7:
				dx, dy = h-1-y, w-1-x
			case 8:
				dx, dy = y, w-1-x
			}
			dst.SetRGBA(dx, dy, src.RGBAAt(x, y))
		}
	}
	return dst
}

// orientation reads the EXIF orientation of a JPEG, 1 when there is none.
func orientation(b []byte) int {
	for at := 2; at+4 <= len(b) && b[at] == 0xff; {
		n := int(binary.BigEndian.Uint16(b[at+2:]))
		if b[at+1] == 0xda || n < 2 || at+2+n > len(b) {
			break
		}
		seg := b[at+4 : at+2+n]
		if b[at+1] == 0xe1 && bytes.HasPrefix(seg, []byte("Exif\x00\x00")) {
			return tiffOrientation(seg[6:])
		}
		at += 2 + n
	}
	return 1
}

func tiffOrientation(t []byte) int {
	if len(t) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(t[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(t[4:]))
	if at < 8 || at+2 > len(t) {
		return 1
	}
	for i := range int(order.Uint16(t[at:])) {
		e := at + 2 + i*12
		if e+12 > len(t) {
			break
		}
		if order.Uint16(t[e:]) == 0x0112 {
			if v := int(order.Uint16(t[e+8:])); v >= 1 && v <= 8 {
				return v
			}
			break
		}
	}
	return 1
}
