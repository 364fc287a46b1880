package app_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guanjia/internal/app"
)

// byProgram says which operations of the interface do what a page does. The
// addresses leave /p/{project} out.
var byProgram = map[string]string{
	"GET /today": "listCases", "GET /cases": "listCases", "GET /cases.xlsx": "listCases", "GET /registers/cases/print": "listCases",
	"GET /cases/{number}": "getCase listEvents listAttachments", "GET /cases/{number}/print": "getCase", "POST /cases/{number}/do": "doStep addAttachment", "POST /cases/{number}/note": "noteCase",
	"GET /cases/{number}/way/{way}":  "getCase",
	"POST /cases/{number}/way/{way}": "toldCustomer assignCase setCaseAbout correctCase promiseCustomer pauseCase resumeCase cancelCase moveCase reopenCase eraseCase addAttachment",

	"GET /desk": "getUnit findCallers listCalls listPromises listAlarms", "POST /desk/pick": "search findCallers nameCaller", "POST /desk/take": "takeIn openCase",
	"POST /desk/call": "signalCall settleCall", "GET /desk/promises/{promise}": "listPromises", "POST /desk/promises/{promise}": "keepPromise makePromise",
	"GET /desk/calls": "listCalls", "POST /desk/calls": "signalCall", "POST /cti": "signalCall", "GET /desk/new": "openCase",
	"GET /desk/tally": "countCalls", "GET /desk/tally.xlsx": "countCalls", "GET /desk/slips": "listCases", "GET /desk/slips/{number}": "getCase",
	"GET /desk/duplicates": "listDuplicates", "GET /desk/merge/{number}": "listDuplicates", "POST /desk/merge/{number}": "mergeCase", "POST /desk/unmerge/{number}": "unmergeCase",
	"POST /desk/join": "joinCase", "GET /journal": "getJournal", "GET /journal/print": "getJournal", "GET /journal.xlsx": "getJournal", "POST /journal": "writeEntry",
	"POST /journal/entries/{entry}/case": "openCaseOfEntry",

	"GET /work": "listCases", "GET /work/{number}": "getCase", "GET /work/{number}/step": "getCase", "POST /work/{number}/do": "doStep", "GET /work/{number}/cannot": "getCase",
	"POST /work/{number}/cannot": "doStep pauseCase", "POST /work/{number}/note": "noteCase", "POST /work/{number}/photo": "addAttachment noteCase",
	"GET /board": "listCases listTechnicians listProposals", "POST /board/send": "doStep assignCase", "POST /board/rule": "sendByRule", "GET /board/trades": "listTechnicians", "POST /board/trades": "setTrades",

	"GET /units": "listUnits", "GET /houses": "listBuildings listUnits", "GET /units.xlsx": "listUnits", "GET /buildings/{id}/edit": "getBuilding listBuildingChanges", "POST /buildings/{id}/edit": "saveBuilding", "GET /units/new": "createUnit", "POST /units/new": "createUnit",
	"GET /units/{id}": "getUnit listOccupancies getEmergency listUnitChanges listCases", "GET /units/{id}/edit": "getUnit", "POST /units/{id}/edit": "saveUnit",
	"GET /units/{id}/people/new": "occupyUnit", "POST /units/{id}/people/new": "occupyUnit", "GET /units/{id}/people/{occupancy}/end": "endOccupancy", "POST /units/{id}/people/{occupancy}/end": "endOccupancy",
	"GET /units/{id}/emergency": "getEmergency", "POST /units/{id}/emergency": "setEmergency", "GET /units/{id}/changes": "listUnitChanges",
	"GET /people": "listPeople", "GET /people.xlsx": "listPeople", "GET /people/new": "createPerson", "POST /people/new": "createPerson", "GET /people/{id}": "getPerson",
	"GET /people/{id}/edit": "getPerson", "POST /people/{id}/edit": "savePerson setIdentity", "POST /people/{id}/forget": "forgetPerson",
	"GET /directory": "listDirectory", "GET /directory/print": "listDirectory", "POST /directory/issues": "giveOutDirectory", "POST /directory/issues/{issue}/sign": "signDirectory", "POST /directory/{unit}/confirm": "confirmEntry", "POST /directory/{unit}/revert": "revertEntry",
	"GET /registers": "listRegisters", "GET /registers/{register}": "listEntries", "GET /registers/{register}/export.xlsx": "listEntries", "GET /registers/{register}/print": "listEntries",
	"GET /registers/{register}/new": "listRegisters", "POST /registers/{register}/new": "createEntry", "GET /registers/{register}/{id}": "getEntry",
	"GET /registers/{register}/{id}/edit": "getEntry", "POST /registers/{register}/{id}/edit": "saveEntry", "POST /registers/{register}/{id}/move": "moveEntry",

	"GET /follow-ups": "listFollowUps", "GET /follow-ups/register": "listCases listEvents", "GET /follow-ups/register/print": "listCases listEvents", "GET /follow-ups/register.xlsx": "listCases listEvents", "POST /follow-ups/{number}": "answerFollowUp", "GET /visits": "getVisits", "POST /visits": "planVisit",
	"GET /surveys": "listSurveys", "POST /surveys": "createSurvey", "GET /surveys/{survey}": "getSurvey", "GET /surveys/{survey}/excel": "getSurvey", "GET /surveys/{survey}/sheets": "listSheets",
	"POST /surveys/{survey}/send": "sendSurvey", "POST /surveys/{survey}/count": "countSurvey", "POST /surveys/{survey}/remind": "remindSurvey", "POST /surveys/{survey}/end": "endCollection", "GET /figures": "getFigures", "GET /figures.xlsx": "getFigures", "POST /figures/analyses": "openAnalysis",

	"GET /residents/units/{unit}": "listUnitLinks", "POST /residents/units/{unit}": "createUnitLink", "GET /residents/areas": "listPlaceLinks", "POST /residents/areas": "createPlaceLink", "POST /residents/links/{id}/revoke": "revokeLink",

	"GET /search": "search", "GET /files/{id}": "getAttachment", "GET /files/{id}/small": "getAttachment",
}

// notByProgram says why no operation does what a page does. An entry that ends
// in * stands for all addresses that begin so.
var notByProgram = map[string]string{
	"POST /desk/draft":                  "the unfinished form of one person's screen",
	"POST /saved":                       "a person's own view of a list",
	"POST /saved/{saved}/drop":          "a person's own view of a list",
	"POST /desk/clear/revert":           "the unfinished form of one person's screen",
	"POST /desk/clear":                  "the unfinished form of one person's screen",
	"POST /desk/alarms/{alarm}":         "an alarm is taken over by a named person, not by a program",
	"GET /desk/answers":                 "texts to read to a caller: they are the handbook's",
	"GET /desk/phrases":                 "texts to read to a caller: they are the handbook's",
	"GET /answers":                      "texts to read to a caller: they are the handbook's",
	"GET /registers/segments/rule":      "a proposal about a person is for a named person to judge",
	"POST /registers/segments/rule":     "a proposal about a person is for a named person to judge",
	"POST /registers/segments/purpose":  "the purpose of a label that judges people is a named person's to record",
	"POST /people/{id}/unmask":          "whole numbers are shown to a named person who says why",
	"POST /residents/units/{unit}/send": "a program has its own way to send the code it made",
	"GET /residents/links/{id}/print":   "paper",
	"/r/*":                              "the resident's own page, behind the code",
	"/survey/*":                         "the resident's own page, behind the sheet",
	"/notices*":                         "a person's own bell; programs are told by webhooks",
	"/import*":                          "set-up: a person looks at the preview before it counts",
	"/letters*":                         "set-up: a person looks at the preview before it counts",
	"/handbook*":                        "the handbook is files; `guanjia handbook` reads and checks it",
	"/settings*":                        "set-up of a project by a named person",
	"/projects*":                        "set-up of a project by a named person",
	"/integrations*":                    "a program must not give rights to programs",
	"/users*":                           "accounts are a named person's",
	"/account*":                         "one's own account",
	"/login*":                           "one's own session",
	"/logout*":                          "one's own session",
	"/setup*":                           "one's own session",
	"/audit*":                           "the log of looks and changes is read by named people",
}

// TestEveryPageActionHasItsOperation compares what pages do with what programs
// can do: an action that programs lack fails by name. Proves PLT-09.
func TestEveryPageActionHasItsOperation(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, a *app.App) {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil).WithContext(context.Background())
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		var doc struct {
			Paths map[string]map[string]struct {
				OperationID string `json:"operationId"`
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		there := map[string]bool{}
		for _, item := range doc.Paths {
			for _, op := range item {
				there[op.OperationID] = true
			}
		}
		used, met := map[string]bool{}, map[string]bool{}
		for _, m := range a.Mods {
			for _, route := range m.Routes {
				method, path, _ := strings.Cut(route.Pattern, " ")
				if strings.HasPrefix(path, "/api/") {
					continue
				}
				path = strings.TrimPrefix(path, "/p/{project}")
				action := method + " " + path
				if why := excused(action, path, met); why != "" {
					continue
				}
				met[action] = true
				names := strings.Fields(byProgram[action])
				if len(names) == 0 {
					t.Errorf("%s: programs cannot do it; give it an operation, or say why not", action)
				}
				for _, name := range names {
					used[name] = true
					if !there[name] {
						t.Errorf("%s is said to be %s, which is not there", action, name)
					}
				}
			}
		}
		for action := range byProgram {
			if !met[action] {
				t.Errorf("no page does %s any more", action)
			}
		}
		for action := range notByProgram {
			if !met[action] {
				t.Errorf("no page does %s any more", action)
			}
		}
		for name := range there {
			if !used[name] && name != "listProjects" {
				t.Errorf("%s: no page does what it does", name)
			}
		}
	})
}

// excused is why a page action has no operation, "" when it must have one.
func excused(action, path string, met map[string]bool) string {
	if why := notByProgram[action]; why != "" {
		met[action] = true
		return why
	}
	for key, why := range notByProgram {
		if begin, ok := strings.CutSuffix(key, "*"); ok && strings.HasPrefix(path, begin) {
			met[key] = true
			return why
		}
	}
	return ""
}
