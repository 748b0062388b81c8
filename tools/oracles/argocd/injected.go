package main

import (
	"reflect"
	"unsafe"
)

// inject sets a field that Argo CD's own tests set from inside its package.
func inject(object any, field string, value any) {
	target := reflect.ValueOf(object).Elem().FieldByName(field)
	reflect.NewAt(target.Type(), unsafe.Pointer(target.UnsafeAddr())).Elem().Set(reflect.ValueOf(value))
}
