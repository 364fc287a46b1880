package ui

// PhotoSorts says what a field for pictures takes besides them, and from where.
type PhotoSorts struct {
	Documents bool // PDF, too
	Camera    bool // a phone's camera, at once
	// Kept are the references of pictures that the form had brought when it was
	// refused; they travel again under KeptName.
	Kept     []string
	KeptName string
	Unseen   bool // the kept ones have no address yet: they are named, not shown
}

// PhotoScript is the script a page with a field for pictures needs.
const PhotoScript = "photos.js"

func (s PhotoSorts) accept() string {
	if s.Documents {
		return "image/jpeg,image/png,image/webp,image/heic,application/pdf"
	}
	return "image/jpeg,image/png,image/webp,image/heic"
}
