"""piccolo-admin's own words, as staff in a hall would say them where its Chinese is not."""

from piccolo_admin.translations.data import SIMPLIFIED_CHINESE
from piccolo_admin.translations.models import Translation

_ZONE = "For timestamps which are timezone aware, they will be displayed in this timezone by default."

CHINESE = Translation(
    language_name="中文",
    language_code="zh-CN",
    translations=SIMPLIFIED_CHINESE.translations
    | {
        "Add Row": "新增",
        "Add": "新增",
        "Apply": "确定",
        "Ascending": "从小到大",
        "Descending": "从大到小",
        "Back to home page": "返回首页",
        "Clear filters": "清除筛选",
        "Create": "保存",
        "Dark Mode": "深色",
        "Light Mode": "浅色",
        "Delimiter": "分隔符",
        "Export CSV": "导出 CSV",
        "Filter": "筛选",
        "Form submitted": "已提交",
        "Hide Filters": "收起筛选",
        "Show Filters": "筛选",
        "Hide referencing tables": "收起相关表",
        "Show referencing tables": "相关表",
        "Home": "首页",
        "Links": "其他页面",
        "Log Out": "退出登录",
        "MFA Code": "动态验证码",
        "MFA Setup": "两步登录",
        "No results found": "没有符合条件的记录",
        "Note: They are converted to UTC when stored in the database.": "保存时自动换算，不影响显示。",
        _ZONE: "时间按这个时区显示。",
        "of": "/",
        "page": "第",
        "result(s)": "条",
        "rows": "条",
        "Select a column to update": "选择要修改的栏目",
        "Select a Column": "选择栏目",
        "Select a table in the sidebar to get started.": "请从左侧选择要管理的内容。",
        "selected result(s) on": "条已选，位于",
        "Sort by": "排序方式",
        "Submit": "提交",
        "Tables": "资料",
        "Thanks for using Piccolo Admin.": "后台界面由 Piccolo Admin 提供。",
        "Use again": "再填一次",
        "Welcome to": "欢迎使用",
        "with a matching": "对应的",
    },
)
