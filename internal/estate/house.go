package estate

import (
	"cmp"
	"slices"
)

// sortHouse puts columns in the order of the doors and the highest floor first.
func sortHouse(columns []houseColumn, floors []houseFloor) {
	slices.SortFunc(columns, func(a, b houseColumn) int {
		return cmp.Or(cmp.Compare(natural(a.plate), natural(b.plate)), cmp.Compare(a.position, b.position))
	})
	slices.SortFunc(floors, func(a, b houseFloor) int { return cmp.Compare(b.floor, a.floor) })
}
