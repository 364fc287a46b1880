package audit

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"guanjia/internal/store"
)

// thing is what an entry speaks of by its identifier: {"unit": 912…}.
type thing struct {
	project int64
	key     string
	id      int64
}

// thingKeys are the keys of data that hold an identifier of another room.
var thingKeys = []string{"case", "person", "unit"}

// subjectKeys are the subjects that have a name of their own, by the key it is
// asked under: a file put to a case says which case.
var subjectKeys = map[string]string{"casefile.case": "case", "estate.unit": "unit", "estate.person": "person", "letters.file": "letters_file"}

// mostThings bounds what is asked for at once.
const mostThings = 500

// Things names what data speaks of by identifier: a case by its number, a unit
// as on its door. What is gone has no name.
type Things func(ctx context.Context, tx *store.Tx, key string, project int64, ids []int64) (map[int64]string, error)

// ThingsBy sets who knows the names; call it before serving.
func (s *Service) ThingsBy(things Things) { s.things = things }

// named asks for the names of all that rows speak of, a sort at a time.
func (s *Service) named(ctx context.Context, tx *store.Tx, rows []Row) (map[thing]string, error) {
	names := map[thing]string{}
	if s.things == nil {
		return names, nil
	}
	type sort struct {
		project int64
		key     string
	}
	asked := map[sort][]int64{}
	for _, r := range rows {
		if key := subjectKeys[r.Subject]; key != "" && r.SubjectID != 0 {
			asked[sort{r.Project, key}] = append(asked[sort{r.Project, key}], r.SubjectID)
		}
		held := decode(r.Data)
		for _, key := range thingKeys {
			id, ok := held[key].(json.Number)
			if !ok {
				continue
			}
			if n, err := id.Int64(); err == nil && n != 0 {
				asked[sort{r.Project, key}] = append(asked[sort{r.Project, key}], n)
			}
		}
	}
	for of, ids := range asked {
		slices.Sort(ids)
		for some := range slices.Chunk(slices.Compact(ids), mostThings) {
			found, err := s.things(ctx, tx, of.key, of.project, some)
			if err != nil {
				return nil, err
			}
			for id, name := range found {
				names[thing{of.project, of.key, id}] = name
			}
		}
	}
	return names, nil
}

// decode reads the data of an entry; nil when it is no object.
func decode(data string) map[string]any {
	var held map[string]any
	d := json.NewDecoder(strings.NewReader(data))
	d.UseNumber() // identifiers are larger than a float holds
	if d.Decode(&held) != nil {
		return nil
	}
	return held
}
