// Writes the table of field numbers, JSON names and types of every Kubernetes kind that is stored as
// protobuf, read from the struct tags of the published API packages. How to renew it: README.md.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensionsbeta "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	aggregator "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	aggregatorbeta "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1beta1"
)

// Table is what is written. A field is [number, JSON name, code, type name?]; see README.md for the codes.
type Table struct {
	Kinds map[string]string          `json:"kinds"`
	Types map[string][][]interface{} `json:"types"`
}

// Types that marshal themselves to JSON, and the code of each.
var scalars = map[string]string{
	"meta/v1.Time":                        "T",
	"meta/v1.MicroTime":                   "U",
	"meta/v1.Duration":                    "D",
	"api/resource.Quantity":               "Q",
	"util/intstr.IntOrString":             "I",
	"runtime.RawExtension":                "R",
	"meta/v1.FieldsV1":                    "R",
	"pkg/apis/apiextensions/v1.JSON":      "R",
	"pkg/apis/apiextensions/v1beta1.JSON": "R",
}

func name(t reflect.Type) string {
	p := t.PkgPath()
	for _, cut := range []string{"k8s.io/api/", "k8s.io/apimachinery/pkg/apis/", "k8s.io/apimachinery/pkg/", "k8s.io/apiextensions-apiserver/", "k8s.io/kube-aggregator/"} {
		p = strings.TrimPrefix(p, cut)
	}
	return p + "." + t.Name()
}

type generator struct{ table Table }

// code describes a Go type: prefix letters for shape, one letter for the scalar, "m" for a message.
func (g *generator) code(t reflect.Type) (string, string) {
	if t.Kind() == reflect.Ptr {
		c, n := g.code(t.Elem())
		return "*" + c, n
	}
	_, wraps := reflect.PointerTo(t).MethodByName("Unmarshal")
	if special, ok := scalars[name(t)]; ok && t.PkgPath() != "" {
		return special, ""
	}
	switch t.Kind() {
	case reflect.String:
		return "s", ""
	case reflect.Bool:
		return "b", ""
	case reflect.Int32, reflect.Int64, reflect.Int, reflect.Uint8, reflect.Uint32, reflect.Uint64:
		return "i", ""
	case reflect.Float64, reflect.Float32:
		return "d", ""
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "y", ""
		}
		c, n := g.code(t.Elem())
		if wraps && t.Name() != "" {
			return "w" + c, n
		}
		return "[" + c, n
	case reflect.Map:
		c, n := g.code(t.Elem())
		return "{" + c, n
	case reflect.Struct:
		g.message(t)
		return "m", name(t)
	}
	panic(fmt.Sprint("cannot describe ", t))
}

func (g *generator) message(t reflect.Type) {
	n := name(t)
	if _, done := g.table.Types[n]; done {
		return
	}
	g.table.Types[n] = nil
	fields := [][]interface{}{}
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		proto := strings.Split(f.Tag.Get("protobuf"), ",")
		if len(proto) < 2 {
			continue
		}
		number, err := strconv.Atoi(proto[1])
		if err != nil {
			panic(err)
		}
		js := strings.Split(f.Tag.Get("json"), ",")
		c, m := g.code(f.Type)
		for _, option := range js[1:] {
			switch option {
			case "omitempty":
				c = "o" + c
			case "omitzero":
				c = "z" + c
			case "inline":
				c = "~" + c
			}
		}
		if js[0] == "" && !strings.HasPrefix(c, "~") {
			// Structs without JSON names marshal under their Go name; embedded ones are inlined.
			if f.Anonymous {
				c = "~" + c
			} else {
				js[0] = f.Name
			}
		}
		field := []interface{}{number, js[0], c}
		if m != "" {
			field = append(field, m)
		}
		fields = append(fields, field)
	}
	sort.Slice(fields, func(i, j int) bool { return fields[i][0].(int) < fields[j][0].(int) })
	g.table.Types[n] = fields
}

// storedKind tells whether a type is kept in etcd, and its name.
func storedKind(gvk schema.GroupVersionKind, t reflect.Type) (string, bool) {
	if gvk.Version == runtime.APIVersionInternal || strings.HasSuffix(gvk.Kind, "List") || strings.HasSuffix(gvk.Kind, "Options") || gvk.Kind == "WatchEvent" {
		return "", false
	}
	if f, ok := t.FieldByName("ObjectMeta"); !ok || f.Tag.Get("protobuf") == "" {
		return "", false
	}
	return name(t), true
}

// What this program can write instead of the table, by its first argument.
var alternatives = map[string]func(*runtime.Scheme){}

func main() {
	merge := flag.String("merge", "", "an existing table: what is in it stays, only missing kinds and fields are added")
	flag.Parse()
	scheme := runtime.NewScheme()
	for _, add := range append(apis, apiextensions.AddToScheme, apiextensionsbeta.AddToScheme, aggregator.AddToScheme, aggregatorbeta.AddToScheme) {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	if write, ok := alternatives[flag.Arg(0)]; ok {
		write(scheme)
		return
	}
	g := &generator{Table{map[string]string{}, map[string][][]interface{}{}}}
	for gvk, t := range scheme.AllKnownTypes() {
		n, ok := storedKind(gvk, t)
		if !ok {
			continue
		}
		g.message(t)
		g.table.Kinds[gvk.GroupVersion().String()+"/"+gvk.Kind] = n
	}
	if *merge != "" {
		bytes, err := os.ReadFile(*merge)
		if err != nil {
			panic(err)
		}
		var old Table
		if err := json.Unmarshal(bytes, &old); err != nil {
			panic(err)
		}
		for kind, t := range old.Kinds {
			g.table.Kinds[kind] = t
		}
		for n, fields := range old.Types {
			known := map[int]bool{}
			all := [][]interface{}{}
			for _, f := range fields {
				known[int(f[0].(float64))] = true
				all = append(all, append([]interface{}{int(f[0].(float64))}, f[1:]...))
			}
			for _, f := range g.table.Types[n] {
				if !known[f[0].(int)] {
					if len(fields) > 0 {
						// Of a type that lives on: the field is shown only where it is stored.
						f[2] = "?" + strings.TrimLeft(f[2].(string), "?")
					}
					all = append(all, f)
				}
			}
			sort.Slice(all, func(i, j int) bool { return all[i][0].(int) < all[j][0].(int) })
			g.table.Types[n] = all
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if err := out.Encode(g.table); err != nil {
		panic(err)
	}
}
