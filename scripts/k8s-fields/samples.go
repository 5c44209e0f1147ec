package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"sort"
	"time"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensionsbeta "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/randfill"
)

// `go run . samples`: a random object of every kind, the bytes that kube-apiserver would store and the
// JSON that it would show, one pair a line. They are what test/kubernetes/every-kind.jsonl.gz holds.
func init() { alternatives["samples"] = writeSamples }

func raw(c randfill.Continue) []byte {
	return []byte(fmt.Sprintf(`{"n":%d,"t":"x\"y","l":[1,2.5,null,true]}`, c.Int63n(1<<40)))
}

func filler(seed int64, nilChance float64) *randfill.Filler {
	return randfill.New().RandSource(rand.NewSource(seed)).NilChance(nilChance).NumElements(1, 2).MaxDepth(12).Funcs(
		func(t *metav1.Time, c randfill.Continue) { *t = metav1.Unix(c.Int63n(4e9), 0) },
		func(t *metav1.MicroTime, c randfill.Continue) {
			*t = metav1.MicroTime{Time: time.Unix(c.Int63n(4e9), c.Int63n(1e6)*1000)}
		},
		func(d *metav1.Duration, c randfill.Continue) {
			d.Duration = time.Duration(c.Int63n(1 << uint(c.Intn(50)+1)))
		},
		func(q *resource.Quantity, c randfill.Continue) {
			*q = resource.MustParse([]string{"100m", "2Gi", "3", "1500Ki", "0"}[c.Intn(5)])
		},
		func(i *intstr.IntOrString, c randfill.Continue) {
			if c.Bool() {
				*i = intstr.FromInt32(c.Int31() - 1<<30)
			} else {
				*i = intstr.FromString("25%")
			}
		},
		func(r *runtime.RawExtension, c randfill.Continue) { r.Raw = raw(c) },
		func(f *metav1.FieldsV1, c randfill.Continue) { f.Raw = raw(c) },
		func(j *apiextensions.JSON, c randfill.Continue) { j.Raw = raw(c) },
		func(j *apiextensionsbeta.JSON, c randfill.Continue) { j.Raw = raw(c) },
		func(o *apiextensions.JSONSchemaPropsOrArray, c randfill.Continue) {
			o.Schema = &apiextensions.JSONSchemaProps{Type: "string"}
		},
		func(o *apiextensionsbeta.JSONSchemaPropsOrArray, c randfill.Continue) {
			o.JSONSchemas = []apiextensionsbeta.JSONSchemaProps{{Type: "string"}, {Type: "object"}}
		},
		func(o *apiextensions.JSONSchemaPropsOrBool, c randfill.Continue) {
			o.Allows = true
			if c.Bool() {
				o.Schema = &apiextensions.JSONSchemaProps{Type: "integer"}
			}
		},
		func(o *apiextensions.JSONSchemaPropsOrStringArray, c randfill.Continue) {
			o.Property = []string{"a", "b"}
		},
		func(s *string, c randfill.Continue) {
			*s = []string{"", "a", "true", "Grüße, 世界", "line\nbreak", "0123", "x/y.z"}[c.Intn(7)]
		},
	)
}

type stored interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

func writeSamples(scheme *runtime.Scheme) {
	types := scheme.AllKnownTypes()
	names := []string{}
	byName := map[string]reflect.Type{}
	for gvk, t := range types {
		if _, ok := storedKind(gvk, t); ok {
			n := gvk.GroupVersion().String() + "/" + gvk.Kind
			names = append(names, n)
			byName[n] = t
		}
	}
	sort.Strings(names)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for i, n := range names {
		var wire []byte
		// The larger the object, the fewer of its optional parts.
		for chance := 0.3; wire == nil || len(wire) > 1600 && chance < 0.95; chance += 0.05 {
			first := reflect.New(byName[n]).Interface().(stored)
			filler(int64(i), chance).Fill(first)
			zeroTypeMeta(first)
			var err error
			if wire, err = first.Marshal(); err != nil {
				panic(err)
			}
		}
		// The form after reading is what the API server shows.
		again := reflect.New(byName[n]).Interface().(stored)
		if err := again.Unmarshal(wire); err != nil {
			panic(err)
		}
		var shown bytes.Buffer
		e := json.NewEncoder(&shown)
		e.SetEscapeHTML(false)
		if err := e.Encode(again); err != nil {
			panic(fmt.Sprint(n, " ", err))
		}
		if err := out.Encode(map[string]interface{}{"kind": n, "wire": base64.StdEncoding.EncodeToString(wire), "shown": json.RawMessage(shown.Bytes())}); err != nil {
			panic(err)
		}
	}
}

func zeroTypeMeta(object interface{}) {
	if f := reflect.ValueOf(object).Elem().FieldByName("TypeMeta"); f.IsValid() {
		f.Set(reflect.Zero(f.Type()))
	}
}
