// A second opinion on the log, by code that is not ours: golang.org/x/mod/sumdb/{note,tlog}.
//
// In: a JSON file (keys, notes, entries, tiles, proofs). Out: one JSON object on stdout: what it
// checked, what failed, which notes it accepts, and a note of its own for the other side to open.
// Never here: anything that the log's own code computed and this could compute itself.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proof struct {
	Old   int64    `json:"old"`
	Size  int64    `json:"size"`
	Proof [][]byte `json:"proof"`
}

type tile struct {
	Level int    `json:"level"`
	N     int64  `json:"n"`
	Width int    `json:"width"`
	Data  []byte `json:"data"`
}

type input struct {
	Vkey        string   `json:"vkey"`
	Skey        string   `json:"skey"`
	Checkpoints []string `json:"checkpoints"`
	Entries     [][]byte `json:"entries"`
	Tiles       []tile   `json:"tiles"`
	Inclusion   []proof  `json:"inclusion"`
	Consistency []proof  `json:"consistency"`
	Notes       []string `json:"notes"`
}

type output struct {
	Checked  map[string]int `json:"checked"`
	Failed   []string       `json:"failed"`
	Accepted []bool         `json:"accepted"`
	Note     string         `json:"note"`
}

var out = output{Checked: map[string]int{}, Failed: []string{}, Accepted: []bool{}}

func check(what string, ok bool, detail interface{}) {
	out.Checked[what]++
	if !ok {
		out.Failed = append(out.Failed, fmt.Sprintf("%s: %v", what, detail))
	}
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(h)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found[i] = h[index]
	}
	return found, nil
}

func asHashes(raw [][]byte) []tlog.Hash {
	found := make([]tlog.Hash, len(raw))
	for i, one := range raw {
		copy(found[i][:], one)
	}
	return found
}

func same(a, b []tlog.Hash) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func main() {
	raw, err := os.ReadFile(os.Args[1])
	fail(err)
	var in input
	fail(json.Unmarshal(raw, &in))
	verifier, err := note.NewVerifier(in.Vkey)
	fail(err)

	var stored hashes
	for n, entry := range in.Entries {
		more, err := tlog.StoredHashes(int64(n), entry, stored)
		fail(err)
		stored = append(stored, more...)
	}
	root := func(size int64) tlog.Hash {
		found, err := tlog.TreeHash(size, stored)
		fail(err)
		return found
	}
	for _, text := range in.Checkpoints {
		checkCheckpoint(text, verifier, root)
	}
	for _, one := range in.Tiles {
		at := tlog.Tile{H: 8, L: one.Level, N: one.N, W: one.Width}
		data, err := tlog.ReadTileData(at, stored)
		check("tile", err == nil && bytes.Equal(data, one.Data), at.Path())
	}
	for _, one := range in.Inclusion {
		leaf, got := tlog.RecordHash(in.Entries[one.Old]), asHashes(one.Proof)
		want, err := tlog.ProveRecord(one.Size, one.Old, stored)
		check("inclusion made", err == nil && same(want, got), one)
		err = tlog.CheckRecord(got, one.Size, root(one.Size), one.Old, leaf)
		check("inclusion checked", err == nil, one)
	}
	for _, one := range in.Consistency {
		got := asHashes(one.Proof)
		want, err := tlog.ProveTree(one.Size, one.Old, stored)
		check("consistency made", err == nil && same(want, got), one)
		err = tlog.CheckTree(got, one.Size, root(one.Size), one.Old, root(one.Old))
		check("consistency checked", err == nil, one)
	}
	for _, text := range in.Notes {
		_, err := note.Open([]byte(text), note.VerifierList(verifier))
		out.Accepted = append(out.Accepted, err == nil)
	}
	signer, err := note.NewSigner(in.Skey)
	fail(err)
	signed, err := note.Sign(&note.Note{Text: "go.example/log\n0\n" + empty + "\n"}, signer)
	fail(err)
	out.Note = string(signed)
	fail(json.NewEncoder(os.Stdout).Encode(out))
}

const empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

func checkCheckpoint(text string, verifier note.Verifier, root func(int64) tlog.Hash) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		check("checkpoint", false, err)
		return
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || len(lines) != 4 || lines[0] != verifier.Name() {
		check("checkpoint", false, lines)
		return
	}
	want := root(size)
	check("checkpoint", lines[2] == base64.StdEncoding.EncodeToString(want[:]), size)
}
